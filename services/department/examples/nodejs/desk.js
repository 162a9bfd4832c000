// What becomes of a delivery: rejected, acknowledged, or answered. Nothing here waits, so two
// deliveries never get into each other's way.
import { read, result, Unreadable } from './messages.js';

const FIRST = 'assigned';

export class Desk {
  #department;
  #journal;
  #decide;
  #now;

  constructor({ department, journal, decide, now }) {
    this.#department = department;
    this.#journal = journal;
    this.#decide = decide;
    this.#now = now;
  }

  // { reject: reason }, { answer: result } to be sent before the acknowledgement, or {}.
  take(properties, body) {
    let message;
    try {
      message = read(properties, body, this.#department);
    } catch (error) {
      if (error instanceof Unreadable) return { reject: error.message };
      throw error;
    }
    if (message.type === 'task.cancelled') return this.#cancel(message);
    return this.#answer(message);
  }

  // It may come before its task, and more than once.
  #cancel({ assignment }) {
    if (!this.#journal.isCancelled(assignment)) this.#journal.keepCancelled(assignment);
    return {};
  }

  #answer(message) {
    const { assignment } = message;
    const supplemented = message.type === 'task.supplemented';
    const cause = supplemented ? message.messageId : FIRST;
    if (this.#journal.isCancelled(assignment)) return {};
    const before = this.#journal.answer(assignment, cause);
    if (before) return { answer: before };
    let answer;
    try {
      answer = this.#decide({ ...message, supplemented });
    } catch (error) {
      return { reject: `decide() failed: ${error.message}` };
    }
    const made = result(answer, message, cause, this.#department, this.#now());
    this.#journal.keepAnswer(assignment, cause, made);
    return { answer: made };
  }
}
