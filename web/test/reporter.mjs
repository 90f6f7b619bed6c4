// Reports a test run as its failures in full, one line a test, and a last line with the counts.
export default async function* reporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite') continue;
    if (data.skip !== undefined) {
      counts.skipped += 1;
      yield `skip  ${data.name}\n`;
    } else if (type === 'test:pass') {
      counts.passed += 1;
      yield `pass  ${data.name}\n`;
    } else {
      counts.failed += 1;
      const { error } = data.details;
      yield `FAIL  ${data.name}  (${data.file}:${data.line})\n${error.cause?.stack ?? error.stack}\n`;
    }
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}
