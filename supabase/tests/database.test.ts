import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTestDatabase } from '../embedded/test-database.ts'

const FOLDER = join(import.meta.dirname, 'database')

/** The few assertions of pgTAP that the files use: the embedded Postgres does not come with the extension. */
const PGTAP = `
  create schema tap;
  grant usage on schema tap to public;
  create table tap.results (n serial, line text);
  create table tap.planned (n int);
  grant all on all tables in schema tap to public;
  grant all on all sequences in schema tap to public;
  create function tap.said(is_ok boolean, description text) returns text language sql as
    $$ insert into tap.results (line) values (case when is_ok then 'ok ' else 'not ok ' end || description) returning line $$;
  create function tap.plan(n int) returns text language sql as
    $$ insert into tap.planned values (n) returning '1..' || n $$;
  create function tap."is"(have anyelement, want anyelement, description text) returns text language sql as
    $$ select tap.said(have is not distinct from want, description) $$;
  create function tap.lives_ok(statement text, description text) returns text language plpgsql as
    $$ begin execute statement; return tap.said(true, description);
       exception when others then return tap.said(false, description || ': ' || sqlerrm); end $$;
  create function tap.throws_ok(statement text, code text, message text, description text) returns text language plpgsql as
    $$ begin execute statement; return tap.said(false, description || ': nothing was thrown');
       exception when others then return tap.said(sqlstate = code, description || ': ' || sqlstate || ' ' || sqlerrm); end $$;
  create function tap.is_empty(query text, description text) returns text language plpgsql as
    $$ declare found record; begin
       for found in execute query loop return tap.said(false, description); end loop;
       return tap.said(true, description); end $$;
  create function tap.finish() returns setof text language sql as $$ select line from tap.results where line like 'not ok%' $$;
  grant execute on all functions in schema tap to public;`

it.each(await readdir(FOLDER))('%s holds, every assertion of it', async (file) => {
  await using db = await startTestDatabase()
  const sql = await readFile(join(FOLDER, file), 'utf8')
  const client = await db.sql.connect()
  try {
    await client.query(PGTAP)
    // What pgTAP's own functions would find, without its transaction, which forgets what was said.
    const body = sql
      .replace('search_path = public, extensions', 'search_path = public, extensions, tap')
      .replace(/rollback;\s*$/, '')
    await client.query(body)
    const { rows } = await client.query('select line from tap.results order by n')
    expect(rows.map(({ line }) => line).filter((line) => line.startsWith('not ok'))).toEqual([])
    const planned = await client.query('select n from tap.planned')
    expect(rows).toHaveLength(planned.rows[0].n)
  } finally {
    await client.query('rollback')
    client.release()
  }
})
