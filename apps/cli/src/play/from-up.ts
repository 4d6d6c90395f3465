import { Option } from 'commander';

/** The flag by which `lastro up` tells a process of its own that it listens; other parents may have channels too. */
export function fromUp(): Option {
  return new Option('--from-up', 'started by lastro up, which listens on the channel').hideHelp();
}
