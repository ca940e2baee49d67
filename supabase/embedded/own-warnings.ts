/** Node's own way to warn, taken before @supabase/lite puts one in its place that fails on warnings that are errors. */
export const emitWarning = process.emitWarning
