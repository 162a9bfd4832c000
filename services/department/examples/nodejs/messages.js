// The wire format: deliveries read and checked, results made. Knows nothing of AMQP clients.
import { createHash } from 'node:crypto';

export const VERSION = 1;
const SENDER = 'routing';

// The fields that this worker uses, with their types. Others are ignored, whatever they are.
const FIELDS = {
  'task.assigned': { form: 'object', materials: 'list?' },
  'task.supplemented': { form: 'object', materials: 'list?' },
  'task.cancelled': { reason: 'string' },
};
const NAMES = { case: 'string', assignment: 'string', task: 'string', department: 'string' };
const IS = {
  string: (value) => typeof value === 'string',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'list?': (value) => value === undefined || Array.isArray(value),
};

export class Unreadable extends Error {}

// The message in a delivery, given its AMQP properties and body; throws Unreadable with the reason.
export function read({ type, messageId, userId, headers }, body, department) {
  if (!Object.hasOwn(FIELDS, type ?? '')) throw new Unreadable(`the type ${type} is not known`);
  const version = headers?.['schema-version'];
  if (version !== VERSION) throw new Unreadable(`schema-version ${version} is not known`);
  if (userId !== SENDER) throw new Unreadable(`sent by ${userId}, not by ${SENDER}`);
  if (!messageId) throw new Unreadable('message_id is missing');
  const plain = parse(body);
  for (const [name, kind] of Object.entries({ ...NAMES, ...FIELDS[type] })) {
    if (!IS[kind](plain[name])) throw new Unreadable(`${name} is missing or of another type`);
  }
  if (plain.department !== department) throw new Unreadable(`it is for ${plain.department}`);
  const traceparent = headers.traceparent;
  return { materials: [], ...plain, type, messageId, traceparent };
}

function parse(body) {
  let plain;
  try {
    plain = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new Unreadable(`the body is not JSON: ${error.message}`);
  }
  if (!IS.object(plain)) throw new Unreadable('the body is not an object');
  return plain;
}

// The message that carries an answer. `cause` tells a first answer from one after a supplement; the
// id is made from what the answer is about, so that it is the same however often it is made.
export function result(answer, task, cause, department, now) {
  const { type, ...fields } = answer;
  const { case: code, assignment, traceparent } = task;
  return {
    type,
    messageId: digest(`${assignment}/${type}/${cause}`),
    case: code,
    timestamp: Math.floor(now.getTime() / 1000),
    traceparent,
    body: { case: code, assignment, department, at: now.toISOString(), ...fields },
  };
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
