import type { Channel, ChannelModel } from 'amqplib';

/** A channel whose errors are told by what is done on it, and end no process. */
export async function openChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

/** Closes a channel once the broker has all that was sent on it, or the connection is lost. */
export async function closeChannel(channel: Channel): Promise<void> {
  // amqplib leaves its own promise pending when the connection is lost meanwhile.
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  await Promise.race([channel.close().catch(() => undefined), closed]);
}
