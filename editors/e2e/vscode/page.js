// What a person does and sees in the page: squiggle, hover, breakpoint, F5, variables, stepping there and back, values in
// the text, the views, and the test explorer. With NIXSCOPE_PICTURES, pictures for documentation are left there.

const path = require('node:path');
const { browser } = require('./browser');

/** How long one thing may take to be seen, in milliseconds. */
const LIMIT = 45_000;

/** A person at the page. */
class Person {
  constructor(page, out) {
    this.page = page;
    this.out = out;
    page.setDefaultTimeout(LIMIT);
  }

  /** Waits until something is to be seen. */
  see(selector, state = 'visible') {
    return this.page.waitForSelector(selector, { state });
  }

  /** Waits until something is not to be seen any more. */
  miss(selector) {
    return this.page.waitForSelector(selector, { state: 'detached' });
  }

  /** Waits until something holds that is not said by what is there. */
  async until(condition) {
    const end = Date.now() + LIMIT;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`never: ${condition}`);
      await this.page.waitForTimeout(50);
    }
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  /** Opens a file by its name. */
  async open(name) {
    await this.pick('Control+P', name, `.quick-input-list .monaco-list-row:has-text("${name}")`);
    await this.see(`.tab.active:has-text("${name}")`);
    await this.see('.editor-instance .view-line');
  }

  /** Has a command carried out by its title. */
  async command(title) {
    await this.commandThatAsks(title);
    await this.page.waitForSelector('.quick-input-list', { state: 'hidden' });
  }

  /** The same for a command that goes on with a list. */
  async commandThatAsks(title) {
    await this.pick('F1', `>${title}`, `.quick-input-list .monaco-list-row:has-text("${title}")`);
  }

  async pick(key, text, row) {
    await this.press(key);
    await this.see('.quick-input-widget input');
    // The first search of a busy machine may find nothing; a person types again.
    await this.until(async () => {
      await this.page.fill('.quick-input-widget input', '');
      await this.page.fill('.quick-input-widget input', text);
      return await this.page.locator(row).first().click({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Takes a row of the list that is open. */
  async choose(text) {
    await this.page.locator(`.quick-input-list .monaco-list-row:has-text("${text}")`).first().click();
  }

  /** A line of the text in front. */
  line(text) {
    return this.page.locator(`.editor-instance .view-line:has-text("${text}")`).first();
  }

  /** Puts the cursor at the end of a line. */
  async cursor(text) {
    await this.line(text).click();
    await this.press('End');
  }

  /** Unfolds a row of a tree if it is folded. */
  async unfold(row) {
    const found = this.page.locator(row).first();
    await found.waitFor();
    if ((await found.getAttribute('aria-expanded')) === 'false') await found.locator('.monaco-tl-twistie').click();
  }

  /** Waits until the program stands at this moment of those in the view. */
  seeNow(index) {
    return this.see(`.pane:has-text("Moments") .monaco-list-row[data-index="${index}"] .codicon-debug-stackframe`);
  }

  /** Opens a pane of the side bar if it is closed. */
  async openPane(title) {
    const header = this.page.locator(`.pane-header:has-text("${title}")`).first();
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await this.see(`.pane-header[aria-expanded="true"]:has-text("${title}")`);
  }

  /** Closes a pane of the side bar, so that others have room. */
  async closePane(title) {
    const header = this.page.locator(`.pane-header:has-text("${title}")`).first();
    if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }

  /** A picture for the documentation, of the whole page or a part of it. */
  async picture(name, clip) {
    const folder = process.env.NIXSCOPE_PICTURES;
    if (!folder) return;
    // Whatever fades in has come by then: animations are over in a picture.
    await this.page.screenshot({ path: path.join(folder, `vscode-${name}.png`), animations: 'disabled', clip });
  }

  failed(name) {
    return this.page.screenshot({ path: path.join(this.out, `page-${name.replace(/\W+/g, '-')}.png`) });
  }
}

const scenes = {
  async 'a squiggle under what is wrong'(person) {
    await person.open('broken.nix');
    await person.see('.squiggly-error', 'attached');
    await person.see('.statusbar-item[id*="nixscope.status"]');
  },

  async 'values behind bindings and under the mouse'(person) {
    await person.open('shop.nix');
    await person.see('.view-line:has-text("today") :text("= 5")');
    await person.page.hover('.editor-instance .view-line:has-text("today") span span >> text=today');
    await person.see('.monaco-hover:visible :text("5")');
    await person.picture('hover');
    await person.press('Escape');
  },

  async 'colours from the grammar'(person) {
    // The comment and a keyword have colours of their own, whatever the server says.
    const classes = async (text) =>
      (await person.page.locator(`.editor-instance .view-line span span:text-is("${text}")`).first().getAttribute('class')) ?? '';
    const [keyword, number] = [await classes('let'), await classes('1')];
    if (keyword === '' || keyword === number) throw new Error(`'let' and '1' look the same: ${keyword}`);
  },

  async 'buttons to run and debug'(person) {
    await person.see('.editor-actions .codicon-play, .editor-actions .codicon-debug-alt');
  },

  async 'F9 and F5: the program stops, with its stack and variables'(person) {
    await person.cursor('cost = item');
    await person.press('F9');
    await person.see('.editor-instance .codicon-debug-breakpoint');
    await person.press('F5');
    await person.see('.debug-top-stack-frame-line');
    await person.see('.debug-call-stack .stack-frame:has-text("cost")');
    await person.unfold('.debug-variables .monaco-list-row:has(.scope):has-text("Argument")');
    await person.see('.debug-variables .monaco-list-row:has-text("item"):has-text("apple")');
  },

  async 'values behind names of the frame'(person) {
    await person.see('.view-line:has-text("cost = item") :text("item = \\"apple\\"")');
  },

  async 'values of paths under the mouse'(person) {
    await person.page.hover('.editor-instance .view-line:has-text("cost = item") span span >> text=prices');
    await person.see('.debug-hover-widget:visible :text("pear")');
    await person.press('Escape');
  },

  async 'kinds of faults to stop at'(person) {
    await person.openPane('Breakpoints');
    await person.see('.debug-breakpoints .monaco-list-row:has-text("Everything that fails") [aria-checked="true"]');
    await person.see('.debug-breakpoints .monaco-list-row:has-text("Missing attributes")');
  },

  async 'the demand chain and the moments'(person) {
    for (const it of ['Watch', 'Loaded Scripts', 'Breakpoints']) await person.closePane(it);
    for (const it of ['Demand Chain', 'Moments']) await person.openPane(it);
    await person.see('.pane:has-text("Demand Chain") .monaco-list-row:has-text("cost")');
    await person.seeNow(1);
    await person.picture('debug');
  },

  async 'F10 there, and a button back'(person) {
    await person.press('F10');
    await person.seeNow(2);
    const back = '.debug-toolbar .codicon-debug-step-back, .monaco-action-bar .codicon-debug-step-back';
    await person.see(back);
    await person.see(back.replaceAll('step-back', 'reverse-continue'));
    await person.page.locator(back).first().click();
    await person.seeNow(1);
  },

  async 'F5 to the next stop, and back to the one before'(person) {
    await person.press('F5');
    await person.see('.debug-variables .monaco-list-row:has-text("item"):has-text("pear")');
    await person.picture('moments');
    await person.page.locator('.monaco-action-bar .codicon-debug-reverse-continue').first().click();
    await person.see('.debug-variables .monaco-list-row:has-text("item"):has-text("apple")');
  },

  async 'a fault stops where it happens, and the session ends'(person) {
    await person.cursor('cost = item');
    await person.press('F9');
    await person.miss('.editor-instance .codicon-debug-breakpoint, .editor-instance .codicon-debug-breakpoint-stackframe');
    await person.press('F5');
    await person.see('.exception-widget :text("nobody asks for this")');
    await person.miss('.debug-variables .monaco-list-row[aria-label^="item,"]');
    await person.miss('.view-line:has-text("cost = item") :text("item = ")');
    await person.picture('fault');
    await person.press('Shift+F5');
    await person.miss('.debug-top-stack-frame-line');
  },

  async 'what nobody needed yet has an eye, and stays as it is'(person) {
    await person.cursor('today = total');
    await person.press('F9');
    await person.press('F5');
    await person.see('.debug-top-stack-frame-line');
    await person.unfold('.debug-variables .monaco-list-row:has(.scope):has-text("Let")');
    const row = '.debug-variables .monaco-list-row[aria-label^="discount,"]';
    await person.see(`${row}:has-text("lazy")`);
    await person.page.locator(`${row} .codicon-eye`).click();
    await person.see(`${row}:has-text("1")`);
    await person.press('Shift+F5');
    await person.miss('.debug-top-stack-frame-line');
  },

  async 'an expression, from what is offered without a launch.json'(person) {
    await person.commandThatAsks('Debug: Select and Start Debugging');
    await person.choose('Nix (nixscope)');
    await person.choose('Nix: an expression');
    await person.see('.quick-input-widget input');
    await person.page.fill('.quick-input-widget input', '6 * 7');
    await person.press('Enter');
    await person.see('.repl .monaco-list-row:has-text("42")');
  },

  async 'transcripts in the test explorer'(person) {
    await person.command('Testing: Focus on Test Explorer View');
    const page = '.test-explorer .monaco-list-row:has-text("good.nixtest.md")';
    await person.see(page);
    await person.command('Test: Run All Tests');
    await person.see('.test-explorer .monaco-list-row .codicon-testing-passed-icon');
    await person.unfold(page);
    await person.see('.test-explorer .monaco-list-row:has-text("What a sum needs")');
  },

  async 'a transcript that is wrong, and where'(person) {
    await person.see('.test-explorer .monaco-list-row:has-text("wrong.nixtest.md") .codicon-testing-failed-icon');
    await person.open('wrong.nixtest.md');
    await person.see('.test-error-content-widget:has-text("gave 2")');
    await person.page.locator('.test-error-content-widget').first().click();
    await person.see('.test-output-peek .view-line:has-text("gave 3")');
    await person.see('.test-output-peek .view-line:has-text("gave 2")');
    await person.picture('tests');
    await person.press('Escape');
  },
};

/** Scenes with another extension for Nix installed, which is to be the one that is seen. */
const inCompany = {
  async 'colours and comments are those of the other extension'(person) {
    await person.open('shop.nix');
    const line = person.line('discount =');
    const colours = () => line.locator('span span').evaluateAll((all) => new Set(all.map((it) => it.className)).size);
    await person.until(async () => (await colours()) === 1);
    await person.cursor('discount =');
    await person.press('Control+/');
    await person.see('.editor-instance .view-line:has-text("// discount")');
    await person.press('Control+Z');
    // Everything else is still ours.
    await person.see('.statusbar-item[id*="nixscope.status"]');
    await person.press('F5');
    await person.see('.exception-widget :text("nobody asks for this")');
    await person.press('Shift+F5');
    await person.miss('.debug-top-stack-frame-line');
  },
};

module.exports.inPage = (where) => play(where, 'page', scenes);
module.exports.inCompany = (where) => play(where, 'company', inCompany);

/** Plays scenes, one after the other; tells how many failed. */
async function play({ host, at, out }, title, scenes) {
  const { page, context, outside } = await browser(at(`chromium-${title}`));
  const person = new Person(page, out);
  let failed = 0;
  await page.goto(`http://${host}/?folder=${at('workspace')}`);
  await person.see('.explorer-folders-view .monaco-list-row');
  for (const [name, scene] of Object.entries(scenes)) {
    const began = Date.now();
    try {
      await scene(person);
      console.log(`ok - ${title}: ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`not ok - ${title}: ${name}: ${error.message}`);
      await person.failed(name);
      // What follows depends on what came before.
      break;
    }
  }
  if (outside.size > 0) {
    failed += 1;
    console.log(`not ok - ${title}: asks other machines: ${[...outside].slice(0, 5).join(', ')}`);
  } else console.log(`ok - ${title}: asks no other machine`);
  await context.close();
  return failed;
}
