// The connection to the broker: kept for ever, made again with growing delays after a loss.
//
// Nothing waits in here. What was not confirmed was not acknowledged either, so the broker delivers
// its task again, and the desk finds the answer in the journal.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import amqp from 'amqplib';
import { VERSION } from './messages.js';

const PREFETCH = 50;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const STOP = 20_000;

// Keeps nobody waiting who has nothing left to do.
function patience() {
  return sleep(STOP, undefined, { ref: false });
}

function delay(attempt) {
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt) * (0.75 + Math.random() / 4);
}

export class Link {
  #uri;
  #department;
  #desk;
  #stopping = new AbortController();
  #pending = new Set();
  #returned = new Set();

  constructor({ uri, department, desk }) {
    this.#uri = uri;
    this.#department = department;
    this.#desk = desk;
  }

  // Finish what was begun, then let `run` return.
  stop() {
    this.#stopping.abort();
  }

  async run() {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      const began = Date.now();
      try {
        await this.#serve();
      } catch (error) {
        if (Date.now() - began > LONGEST_DELAY) attempt = 0;
        console.error(`Not connected: ${error.message || error.code}; trying again`);
        await this.#sleep(delay(attempt));
      }
    }
    console.log('Worker stopped');
  }

  // Serve until told to stop; throws when the connection is lost or was refused.
  async #serve() {
    const connection = await amqp.connect(this.#uri);
    const lost = new Promise((_, reject) => {
      connection.on('error', reject);
      connection.on('close', () => reject(new Error('the connection was closed')));
    });
    lost.catch(() => {});
    try {
      const channel = await Promise.race([this.#open(connection), lost]);
      const { consumerTag } = await Promise.race([this.#consume(connection, channel), lost]);
      console.log(`Connected; taking the tasks of ${this.#department}`);
      const told = this.#stopping.signal;
      if (!told.aborted) await Promise.race([once(told, 'abort'), lost]);
      await Promise.race([channel.cancel(consumerTag), lost]);
      await Promise.race([Promise.allSettled(this.#pending), lost, patience()]);
    } finally {
      await connection.close().catch(() => {});
    }
  }

  async #open(connection) {
    const channel = await connection.createConfirmChannel();
    // a broken channel is of no use: the connection goes with it, and both are made anew
    channel.on('error', (error) => {
      console.error(`The broker refused: ${error.message}`);
      connection.close().catch(() => {});
    });
    channel.on('return', ({ properties }) => this.#returned.add(properties.messageId));
    await channel.prefetch(PREFETCH);
    return channel;
  }

  #consume(connection, channel) {
    return channel.consume(`department.${this.#department}`, (delivery) => {
      if (delivery === null) {
        channel.emit('error', new Error('the queue was deleted'));
        return;
      }
      const work = this.#work(channel, delivery).catch((error) => {
        // not acknowledged, so it comes again with the next connection
        console.error(`A task waits for the next connection: ${error.message}`);
        if (!this.#stopping.signal.aborted) connection.close().catch(() => {});
      });
      this.#pending.add(work);
      work.finally(() => this.#pending.delete(work));
    });
  }

  async #work(channel, delivery) {
    const { answer, reject } = this.#desk.take(delivery.properties, delivery.content);
    if (reject) {
      console.error(`Message ${delivery.properties.messageId} set aside: ${reject}`);
      channel.reject(delivery, false);
      return;
    }
    if (answer) await this.#send(channel, answer);
    channel.ack(delivery);
  }

  // Send an answer until the broker has taken it.
  async #send(channel, answer) {
    for (let attempt = 0; !(await this.#publish(channel, answer)); attempt += 1) {
      console.error('No queue took the answer; it is kept and sent again');
      await this.#sleep(delay(attempt));
      if (this.#stopping.signal.aborted) throw new Error('the worker is stopping');
    }
  }

  // Whether the broker has taken it: a mandatory message that no queue takes is returned first and
  // confirmed all the same. Throws when the channel is gone.
  #publish(channel, { type, messageId, case: code, timestamp, traceparent, body }) {
    const user = decodeURIComponent(new URL(this.#uri).username);
    const headers = { 'schema-version': VERSION, ...(traceparent && { traceparent }) };
    const options = {
      contentType: 'application/json',
      persistent: true,
      mandatory: true,
      messageId,
      type,
      correlationId: code,
      timestamp,
      userId: user,
      appId: 'onewindow-worker-nodejs/0.1.0',
      headers,
    };
    return new Promise((resolve, fail) => {
      const content = Buffer.from(JSON.stringify(body));
      channel.publish('results', `${this.#department}.${type}`, content, options, (error) => {
        if (error?.message === 'channel closed') fail(error);
        else resolve(!this.#returned.delete(messageId) && !error);
      });
    });
  }

  async #sleep(milliseconds) {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
