import { describe, expect, it } from 'vitest';
import { dumpStatements } from '../../../src/database/feed.ts';

async function read(text: string, chunkSize: number): Promise<string[]> {
  async function* chunks() {
    for (let start = 0; start < text.length; start += chunkSize) yield text.slice(start, start + chunkSize);
  }
  const statements: string[] = [];
  for await (const statement of dumpStatements(chunks())) statements.push(statement);
  return statements;
}

const dump = `/*M!999999\\- enable the sandbox mode */
-- Host: localhost;
--

/*!40101 SET @a=1 */;
CREATE TABLE \`a;
b\` (
  \`c\` int COMMENT 'x;
y'
);
INSERT INTO \`t\` VALUES (1,'a;'),(2,'it\\'s;
-- not a comment
');
-- Dump completed
`;

describe('dumpStatements', () => {
  it.each([1, 7, 100_000])('reads a dump in pieces of %i characters', async (size) => {
    expect(await read(dump, size)).toEqual([
      '/*!40101 SET @a=1 */',
      "CREATE TABLE `a;\nb` (\n  `c` int COMMENT 'x;\ny'\n)",
      "INSERT INTO `t` VALUES (1,'a;'),(2,'it\\'s;\n-- not a comment\n')",
    ]);
  });

  it('hands on an unfinished statement, so that the server refuses it', async () => {
    expect(await read("INSERT INTO `t` VALUES (1,'a", 5)).toEqual(["INSERT INTO `t` VALUES (1,'a"]);
  });
});
