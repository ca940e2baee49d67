// biome-ignore lint: placeholder until generated
export type Database = any
