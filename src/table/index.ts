/** Tables: columns of a file by name, and what makes inputs of a network of them. */
export type { Cell, ColumnKind, ValueType } from './cells.js';
export { Column } from './column.js';
export type { ValueCount } from './column.js';
export { csv, parseCsv } from './csv.js';
export type { CsvOptions, ParseCsvOptions } from './csv-options.js';
export type { TableFault } from './faults.js';
export { jsonLines, parseJsonLines } from './json-lines.js';
export type { JsonLinesOptions, ParseJsonLinesOptions } from './json-lines.js';
export { rows } from './rows.js';
export type { RowsOptions } from './rows.js';
export type { ReadProgress, TableSource } from './source.js';
export { Table } from './table.js';
export type { Row, TableFold, TableSplit } from './table.js';
export type { TableFoldOptions, TableSplitOptions } from './split.js';
export type { TextEncodingName } from './text-bytes.js';
export type { FittedChain, FittedTransform, MapTransform, Transform } from './chain.js';
export * as transform from './transforms/index.js';
