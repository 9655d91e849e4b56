import { expect, test } from 'vitest';
import { wordsOf } from '../../src/edits/tidy.ts';

test.each([
  ['plain text', ' one  two\nthree ', 'one two three'],
  ['elements', '<p>one<br>two</p><P class="x">three</P>', 'one two three'],
  ['no element', 'a < b, b > c, 1 <2', 'a < b, b > c, 1 <2'],
  ['scripts, styles and comments', 'a<script>b<c</script><STYLE>d</STYLE><!-- e > f -->g', 'a g'],
  ['a script without an end', 'a<script>b', 'a'],
  [
    'characters by their names',
    '&lt;b&gt; &amp;amp; &#39;&#x41;&nbsp;&unknown; &',
    "<b> &amp; 'A &unknown; &",
  ],
])('the words of %s', (_, html, words) => {
  expect(wordsOf(html)).toBe(words);
});

test.each(['<', '<a', '<!--', '<script>', '<style><script>', '&', '<p>', '<a <', '-->', '</script', '\n'])(
  'the words of a million characters of %j are found in one pass',
  (part) => {
    const html = part.repeat(1_000_000 / part.length);
    const began = process.cpuUsage().user;
    wordsOf(html);
    // A second look at every character before each one would take hours.
    expect((process.cpuUsage().user - began) / 1_000).toBeLessThan(5_000);
  },
);
