// What the viewer likes: theme and intensity scale. An address such as
// ?theme=light&scale=jma sets them for a wall screen; otherwise the browser
// remembers.

const address = new URLSearchParams(location.search);

function recall(name, allowed, otherwise) {
  let v = address.get(name);
  try {
    v ??= localStorage.getItem(`houfeng.${name}`);
  } catch {
    // Storage may be forbidden; then nothing is remembered.
  }
  return allowed.includes(v) ? v : otherwise;
}

function remember(name, value) {
  try {
    localStorage.setItem(`houfeng.${name}`, value);
  } catch {
    // as above
  }
}

const systemLight = matchMedia('(prefers-color-scheme: light)');

class Preferences {
  choice = $state(recall('theme', ['auto', 'dark', 'light'], 'auto'));
  scale = $state(recall('scale', ['gbt', 'jma'], 'gbt'));
  #light = $state(systemLight.matches);

  theme = $derived(this.choice === 'auto' ? (this.#light ? 'light' : 'dark') : this.choice);

  constructor() {
    systemLight.addEventListener('change', (e) => (this.#light = e.matches));
  }

  nextTheme() {
    this.choice = { auto: 'dark', dark: 'light', light: 'auto' }[this.choice];
    remember('theme', this.choice);
  }

  nextScale() {
    this.scale = this.scale === 'gbt' ? 'jma' : 'gbt';
    remember('scale', this.scale);
  }
}

export const preferences = new Preferences();
