// Types of a driver's messages, for editors and TypeScript: `cwire wrap --typescript` writes a file
// of them. They are nothing at run time. Pure.

/**
 * A message: `row` is what `Batch.row` gives, `columns` what `Batch.column` gives, by path.
 *
 * @typedef {{row: object, columns: object}} MessageTypes
 */
/**
 * A command: `fields` may be sent, `reply` is what its promise becomes.
 *
 * @typedef {{fields: object, reply: object | null}} CommandTypes
 */
/**
 * The messages and commands of one driver, or of several: `Demo & Camera`.
 *
 * @typedef {{messages: object, commands: object}} SchemaTypes
 */
/** @typedef {{row: Record<string, any>, columns: Record<string, any>}} AnyMessage */
/**
 * Of a command that nothing is known of.
 *
 * @typedef {object} AnyCommand
 * @property {Record<string, any>} fields
 * @property {{message: string, fields: Record<string, any>} | null} reply
 */
/**
 * Of a driver that nothing is known of: every name is taken.
 *
 * @typedef {object} AnySchema
 * @property {Record<string, AnyMessage>} messages
 * @property {Record<string, AnyCommand>} commands
 */
/**
 * The names of messages, or of commands.
 *
 * @template T
 * @typedef {keyof T & string} Names
 */
/**
 * What is known of one of them.
 *
 * @template T
 * @template Base
 * @template K
 * @typedef {K extends keyof T ? T[K] extends Base ? T[K] : never : never} Of
 */
/**
 * A path without its indexes: `channels.frequency` of `channels[1].frequency`.
 *
 * @template {string} P
 * @typedef {P extends `${infer A}[${string}]${infer B}` ? `${A}${Plain<B>}` : P} Plain
 */
/**
 * A path that has a column, or else those that are there.
 *
 * @template Columns
 * @template {string} P
 * @typedef {string extends keyof Columns ? P
 *   : Plain<P> extends keyof Columns ? P : Names<Columns>} Path
 */
/**
 * The column of a path.
 *
 * @template Columns
 * @template {string} P
 * @typedef {Plain<P> extends keyof Columns ? Columns[Plain<P>] : never} Column
 */

export {};
