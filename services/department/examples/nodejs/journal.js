// What the worker must remember: answers and cancelled assignments, a line of JSON each. A line is
// on the disk before anything is sent or acknowledged. One process at a time uses a journal.
import fs from 'node:fs';

export class Journal {
  #answers = new Map();
  #cancelled = new Set();
  #file;

  constructor(path) {
    const text = fs.existsSync(path) ? fs.readFileSync(path, 'utf-8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').filter(Boolean)) this.#take(JSON.parse(line));
    this.#file = fs.openSync(path, 'a');
    // the worker died in the midst of a line: what was not written whole was never sent
    fs.ftruncateSync(this.#file, Buffer.byteLength(whole));
  }

  // The answer that was given to an assignment for this cause.
  answer(assignment, cause) {
    return this.#answers.get(assignment)?.get(cause);
  }

  isCancelled(assignment) {
    return this.#cancelled.has(assignment);
  }

  keepAnswer(assignment, cause, result) {
    this.#keep({ assignment, cause, result });
  }

  keepCancelled(assignment) {
    this.#keep({ cancelled: assignment });
  }

  close() {
    fs.closeSync(this.#file);
  }

  #keep(entry) {
    fs.writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    fs.fsyncSync(this.#file);
    this.#take(entry);
  }

  #take({ assignment, cause, result, cancelled }) {
    if (cancelled) {
      this.#cancelled.add(cancelled);
      return;
    }
    if (!this.#answers.has(assignment)) this.#answers.set(assignment, new Map());
    this.#answers.get(assignment).set(cause, result);
  }
}
