"""What every key of a catalogue's files means: for the JSON Schemas and the reference page."""

from collections.abc import Mapping

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "Item": {
        "": "A file of items/: one service item, a thing that can be applied for.",
        "item": "The item's key. It never changes.",
        "version": "Raise it with every change: a published version stays as it was, and running "
        "cases keep the version that they began with.",
        "title": "What the item is called.",
        "lead": "The role of the lead department. It answers for the case as a whole, and gets the "
        "tasks that nobody wants.",
        "applicants": "Who may apply: person, organisation or both.",
        "statutory": "What the law allows for the whole case.",
        "promised": "What the office promises for the whole case; not more than the law allows.",
        "review": "A clerk looks at an application before it is accepted: within so many working "
        "days its applicant is told what must be corrected, or it counts as accepted "
        "(Administrative Licensing Law, article 32). Without it an application is accepted at "
        "once.",
        "on_rejection": "stop: the first rejection decides the case, and the other tasks are "
        "taken back. collect: every task is answered first, and all reasons are told together.",
        "extension": "How much more time may be granted once, and by whom.",
        "procedures": "The special procedures that may stop the clock. Without any, a department "
        "may name whichever it likes.",
        "issues": "The licences and notices that a case brings forth.",
        "promise": "When an applicant's signed promise is trusted at once and verified afterwards.",
        "form": "The fields that the applicant fills in.",
        "materials": "The documents that the applicant hands in.",
        "subitems": "Further items that a case of this one takes in, each as a sub-case, in the "
        "place of own tasks. What several ask for under one name is asked for once; the limits of "
        "this item are the budget of all.",
        "tasks": "The departments' shares of the case. Those that wait for nothing begin together.",
    },
    "Text": {
        "": "The same words for people in both languages.",
        "zh": "Chinese.",
        "en": "English.",
    },
    "Limit": {
        "": "A limit in time.",
        "amount": "How many of the unit.",
        "unit": "What is counted. The day of the event never counts.",
        "source": "The article of law, or the guide, that sets the limit.",
    },
    "Extension": {
        "": "More time for the case, on top of the statutory limit.",
        "amount": "How many of the unit.",
        "unit": "What is counted. The day of the event never counts.",
        "source": "The article of law that allows it.",
        "by": "Who grants it.",
    },
    "Procedure": {
        "": "A special procedure, such as a hearing or an expert review: its time does not count.",
        "key": "By this key tasks name it, and departments when they begin it; they may also say "
        "its title.",
        "title": "What the procedure is called.",
        "limit": "How long it may take at most, and its legal basis.",
    },
    "FormField": {
        "": "A field of the form, of an element of a list, or of the results of a task.",
        "name": "By this name conditions speak of the field: form.NAME.",
        "title": "What the field is called on the form.",
        "type": "What can be filled in.",
        "required": "Whether it must be filled in.",
        "choices": "What can be chosen, for a choice.",
        "minimum": "The least value of a number; the fewest elements of a list.",
        "maximum": "The greatest value of a number; the most elements of a list.",
        "max_length": "The most letters of a text.",
        "pattern": "A regular expression for the whole of a text.",
        "fields": "What an element of a list consists of.",
        "data": "The class of data that it is, such as health or tax: only tasks of departments "
        "that may see the class see the field. Without one everybody may.",
    },
    "Material": {
        "": "A document that the item asks for.",
        "name": "By this name tasks speak of the material.",
        "title": "What the material is called.",
        "required": "Whether it must be handed in.",
        "when": "A condition over the form; the material is asked for only where it is true.",
        "deferrable": "Whether it may be promised for a later day (conditional acceptance).",
        "issued_by": "The role that has issued the material. The applicant is not asked for it "
        "then: tasks that see it are told where to fetch it, or get what an earlier task of the "
        "case has brought forth under this name.",
        "accepts": "The media types that are taken; PDF, JPEG and PNG unless said otherwise.",
        "max_size": "The most bytes of a file; 20,000,000 unless said otherwise.",
        "data": "The class of data that it holds, as with form fields.",
    },
    "Task": {
        "": "One department's share of every case of the item.",
        "key": "The task's key; in conditions a hyphen of it is written _.",
        "title": "What the task is called.",
        "department": "The role that does it; departments.yaml says who fills the role.",
        "after": "The tasks that must be done before it begins.",
        "when": "A condition over the form and over the results of earlier tasks. If it is false "
        "when the task's turn comes, the task is skipped and counts as done.",
        "acceptance": "The time to take the task up.",
        "handling": "The time to answer it.",
        "results": "What the department states beside its opinion.",
        "sees": "Its need to know. What is not named is not sent.",
        "silence": "What it means that the handling limit passes without an answer: nothing, "
        "escalate (the alert goes up the line then), reassign (the task goes on to the lead "
        "department, unless that has it), or deemed_approval (the task is approved, with the "
        "source of the limit as legal basis). It is published with the item and told with each "
        "assignment.",
        "approval": "Whether one officer answers the task (single), or one drafts the answer and "
        "the head of the department, somebody else, approves it (two-person): examination and "
        "decision in different hands. An answer without the second name is refused.",
        "extension": "How much more time the department may be given for this task, once, when its "
        "head agrees (Administrative Licensing Law, article 42). Without it a request is refused. "
        "It does not move the limits of the case.",
        "procedures": "The item's special procedures that may stop the clock of this task.",
        "for_each": "form.NAME of a list: the task is done once for each element, all at the same "
        "time, and each sees its own element only.",
        "joint_with": "Further roles of a joint review: each gives an opinion of its own, all at "
        "the same time.",
        "decision": "How the opinions of a joint review become one. all: every one must approve. "
        "lead: what `department` says counts. quorum: enough must approve. With lead and quorum "
        "everybody is heard first.",
        "quorum": "How many must approve, for decision: quorum.",
        "on_promise": "What becomes of the task where the applicant has signed the item's promise. "
        "ask: its department is asked as always. trust: it is approved at once on the promise. "
        "verify: it begins once the case is approved on the promise, and only then; its rejection "
        "revokes the decision.",
        "formal": "When the task is settled at once by the window, without asking its department.",
    },
    "Issue": {
        "": "A licence or notice to be issued. Results carry it by reference.",
        "name": "Under this name a result carries the document. After the decision it is also the "
        "key of the task that issues it.",
        "title": "What the document is called.",
        "task": "The task whose approval carries the document; without it that approval is "
        "incomplete. Left out, the document is issued once the case is approved.",
        "department": "The role that issues it after the decision.",
        "delivery": "The limit for that: 10 working days by the Administrative Licensing Law, "
        "article 44.",
        "sees": "What that department may see.",
    },
    "Subitem": {
        "": "A further item that a case takes in as a sub-case, in the place of own tasks.",
        "key": "The sub-case's key; its tasks are called KEY-TASK.",
        "item": "The item that is taken in, of this catalogue.",
        "when": "A condition over the form; without it the sub-case is always needed.",
        "after": "The sub-cases that must be decided before this one begins.",
    },
    "Promise": {
        "": "Approval on a promise: trust first, verify later.",
        "when": "A condition over the form, under which the promise is given.",
        "material": "The name of the material that is the signed promise; where one is named, it "
        "must be there too.",
        "reason": "What the case stream says of a task that is approved on the promise.",
        "source": "The legal basis of approving on a promise.",
    },
    "Formal": {
        "": "When a formal look by the window is enough for a task (Administrative Licensing Law, "
        "article 34). The case stream says that the window settled it, and why.",
        "when": "A condition over the form. It is asked when the task's turn comes; where it is "
        "false, the department is asked as always.",
        "reason": "Why a formal look is enough then.",
    },
    "Sees": {
        "": "What a task may see.",
        "form": "Names of form fields, or the word all.",
        "materials": "Names of materials, or the word all.",
        "applicant": "Whether it is told who applies.",
        "opinions": "The earlier tasks whose answers it may read.",
    },
    "Departments": {
        "": "The file departments.yaml: who there is, and who fills which role.",
        "departments": "The departments by key. The key is also that of the department's queue.",
        "roles": "Who fills the roles that items name, by role. A role that is not here is filled "
        "by the department of the same name.",
    },
    "Department": {
        "": "A department.",
        "title": "What the department is called.",
        "desk": "Whether its people work in the task inbox; otherwise it has a worker of its own.",
        "may_see": "The classes of data that it is entitled to; items name them in `data`.",
    },
    "Role": {
        "": "Who fills a role.",
        "department": "The department that fills it; with `by`, where nothing else fits.",
        "by": "What tells several departments apart: region, or form.NAME of a form field.",
        "departments": "The departments by code of the region (GB/T 2260; the longest beginning "
        "that fits counts) or by value of the field.",
    },
}
"""By schema and key; the empty key is the schema itself."""
