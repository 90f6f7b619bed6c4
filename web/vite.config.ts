import { createHash } from 'node:crypto';
import { defineConfig, type Plugin } from 'vite';

/**
 * Writes script and styles into the page itself, so that the page is one file which opens from
 * disk, and adds a content security policy that names the script by its hash: the page can reach
 * no network, and text inside the data can never run.
 */
function inline_everything(): Plugin {
  return {
    name: 'inline-everything',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = Object.values(bundle);
      const page = files.find((file) => file.type === 'asset' && file.fileName.endsWith('.html'));
      const styles = files.filter(
        (file) => file.type === 'asset' && file.fileName.endsWith('.css'),
      );
      const scripts = files.filter((file) => file.type === 'chunk');
      const [script] = scripts;
      if (page?.type !== 'asset' || scripts.length !== 1 || script === undefined) {
        this.error(`the build must make one page and one script, not: '${Object.keys(bundle)}'`);
      }
      const code = escape_closing_tag(script.code.trim(), 'script');
      const style = styles
        .map((file) =>
          file.type === 'asset' ? escape_closing_tag(String(file.source), 'style') : '',
        )
        .join('');
      const head = `    <style>${style}</style>\n  </head>`;
      const charset = '<meta charset="utf-8">';
      const foot = `  <script type="module">${code}</script>\n  </body>`;
      page.source = String(page.source)
        .replace(/^.*<script type="module"[^>]*><\/script>\n/m, '')
        .replace(/^.*<link rel="stylesheet"[^>]*>\n/m, '')
        .replace(charset, () => `${charset}\n    ${policy(code)}`)
        .replace('  </head>', () => head)
        .replace('</body>', () => foot);
      for (const file of [...styles, ...scripts]) delete bundle[file.fileName];
    },
  };
}

function escape_closing_tag(text: string, tag: string): string {
  return text.replaceAll(`</${tag}`, `<\\/${tag}`);
}

function policy(code: string): string {
  const hash = createHash('sha256').update(code).digest('base64');
  const rules = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}">`;
}

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    modulePreload: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: { input: 'dashboard.html' },
  },
  plugins: [inline_everything()],
});
