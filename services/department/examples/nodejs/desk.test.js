import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { decide } from './decide.js';
import { Desk } from './desk.js';
import { Journal } from './journal.js';

const PAPER = { name: 'site-plan', digest: `sha256:${'0'.repeat(64)}` };
const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const NAMES = { case: '330100-2609-0000042-80', assignment: 'a-1', task: 'siting' };
const TASK = { ...NAMES, department: 'planning', form: {}, materials: [PAPER] };

function journalIn(context) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'desk-'));
  context.after(() => fs.rmSync(folder, { recursive: true }));
  return path.join(folder, 'journal');
}

function deskOver(file, decides = decide) {
  const now = () => new Date('2026-09-18T01:30:00Z');
  return new Desk({ department: 'planning', journal: new Journal(file), decide: decides, now });
}

function take(desk, body, { type = 'task.assigned', messageId = 'm-1', userId = 'routing' } = {}) {
  const headers = { 'schema-version': 1, traceparent: TRACE };
  const properties = { type, messageId, userId, headers };
  return desk.take(properties, Buffer.from(JSON.stringify(body)));
}

test('a task is answered', (context) => {
  const { answer } = take(deskOver(journalIn(context)), TASK);
  assert.equal(answer.type, 'task.completed');
  assert.equal(answer.body.outcome, 'approved');
  assert.equal(answer.body.at, '2026-09-18T01:30:00.000Z');
});

test('a repeat gets the same answer from another process, and nothing is decided anew', (context) => {
  const file = journalIn(context);
  const first = take(deskOver(file), TASK);
  const again = deskOver(file, () => assert.fail('decided anew'));
  assert.deepEqual(take(again, TASK), first);
});

test('a line that was cut off is forgotten, what follows it is kept', (context) => {
  const file = journalIn(context);
  take(deskOver(file), TASK);
  fs.appendFileSync(file, '{"assignment": "a-2", "cau');
  take(deskOver(file), { ...TASK, assignment: 'a-3' });
  const again = deskOver(file, () => assert.fail('decided anew'));
  assert.ok(take(again, { ...TASK, assignment: 'a-3' }).answer);
});

test('after a supplement there is a new answer under a new id', (context) => {
  const desk = deskOver(journalIn(context));
  const returned = take(desk, { ...TASK, materials: [] }).answer;
  const supplement = { type: 'task.supplemented', messageId: 'm-2' };
  const completed = take(desk, TASK, supplement).answer;
  assert.deepEqual([returned.type, completed.type], ['task.returned', 'task.completed']);
  assert.notEqual(returned.messageId, completed.messageId);
});

test('a cancelled task gets no answer, also when it comes after its cancellation', (context) => {
  const desk = deskOver(journalIn(context));
  const cancelled = { ...TASK, reason: 'withdrawn' };
  assert.deepEqual(take(desk, cancelled, { type: 'task.cancelled' }), {});
  assert.deepEqual(take(desk, TASK, { messageId: 'm-2' }), {});
});

test('a task that nobody but routing may send is set aside', (context) => {
  const { reject } = take(deskOver(journalIn(context)), TASK, { userId: 'department.fire' });
  assert.match(reject, /department\.fire/);
});

test('a task that cannot be decided is set aside', (context) => {
  const broken = deskOver(journalIn(context), () => {
    throw new Error('no such register');
  });
  assert.match(take(broken, TASK).reject, /no such register/);
});
