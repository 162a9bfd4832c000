// What this department decides. The only file that a department must change.
//
// `task` has case, assignment, task, form, materials, and `supplemented` after the applicant has
// handed in what was missing. A material has name, digest, media_type, size, and link: where its
// content is read, with fetch(material.link), for 90 days. It may be called twice for a task: when the worker died before the
// answer was written down. So let its own effects be repeatable, with task.assignment as their key.

export function decide(task) {
  if (task.materials.length === 0) {
    return {
      type: 'task.returned',
      missing: [{ subject: 'materials', problem: 'nothing was handed in' }],
    };
  }
  return {
    type: 'task.completed',
    outcome: 'approved',
    opinion: `${task.materials.length} materials were looked at.`,
    results: {},
  };
}
