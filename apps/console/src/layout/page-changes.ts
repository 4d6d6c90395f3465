let happened = false;

/** Whether somebody has gone from one page to another: the first page leaves the focus where the browser has it. */
export const pageChanges = {
  happen: (): void => {
    happened = true;
  },
  hasHappened: (): boolean => happened,
};
