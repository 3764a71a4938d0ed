/** What the field `format` of a run record says. Apart from its parser, which is loaded when there is a record. */
export const runFormat = "slnet-web-run";

export const runFormatVersion = 1;
