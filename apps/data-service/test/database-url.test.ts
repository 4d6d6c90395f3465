import { describe, expect, it } from 'vitest';
import { readDatabaseUrl } from '../src/storage/postgres/database-url.ts';

describe('the URL of the database', () => {
  it('of one server stays as it is', () => {
    const url = 'postgres://lastro:p%40ss@db:5432/lastro?sslmode=disable';
    expect(readDatabaseUrl(url)).toEqual({ urls: [url], hosts: ['db:5432'], role: undefined });
  });

  it('with several servers is a URL for each', () => {
    expect(readDatabaseUrl('postgresql://u:p@10.0.0.1:5432,[::1]:5433,c/lastro?sslmode=disable')).toEqual({
      urls: [
        'postgresql://u:p@10.0.0.1:5432/lastro?sslmode=disable',
        'postgresql://u:p@[::1]:5433/lastro?sslmode=disable',
        'postgresql://u:p@c/lastro?sslmode=disable',
      ],
      hosts: ['10.0.0.1:5432', '[::1]:5433', 'c'],
      role: undefined,
    });
  });

  it.each([
    ['read-write', 'primary'],
    ['primary', 'primary'],
    ['prefer-standby', 'prefer-standby'],
    ['any', 'any'],
  ])('says with target_session_attrs=%s which of them is meant', (attributes, role) => {
    const { urls, ...read } = readDatabaseUrl(
      `postgres://a,b/x?target_session_attrs=${attributes}&sslmode=disable`,
    );
    expect(read.role).toBe(role);
    expect(urls).toEqual(['postgres://a/x?sslmode=disable', 'postgres://b/x?sslmode=disable']);
  });

  it.each([
    'mysql://a/b',
    'postgres://a,,b/x',
    'postgres://a:port/x',
    'postgres://u:secret@a,b/x?target_session_attrs=fastest',
  ])('is refused when it cannot be read, without its password: %s', (url) => {
    expect(() => readDatabaseUrl(url)).toThrow(/^(?!.*secret)/);
    expect(() => readDatabaseUrl(url)).toThrow(expect.objectContaining({ name: 'ConfigError' }) as Error);
  });
});
