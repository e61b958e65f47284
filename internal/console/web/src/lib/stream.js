// The two live connections to the centre. Both try again for ever; what they
// hear is told to the functions they are given.

const retryMs = 2000;

// follow listens to /stream. on has a function for each kind of message, and
// connection(name), called with 'live' or 'lost'. Silence for five heartbeats counts
// as lost: a cut cable says nothing. It returns a function that ends it.
export function follow(on, url = './stream') {
  let source = null;
  let lastID = '';
  let heardAt = 0;
  let silenceMs = 5000;
  let ended = false;
  let timer = 0;

  function open() {
    clearTimeout(timer);
    source?.close();
    heardAt = performance.now();
    source = new EventSource(lastID ? `${url}?last_event_id=${encodeURIComponent(lastID)}` : url);
    source.onerror = again;
    for (const kind of ['hello', 'tick', 'state', 'shaking', 'pick', 'event', 'resync']) {
      source.addEventListener(kind, (m) => {
        heardAt = performance.now();
        if (m.lastEventId) lastID = m.lastEventId;
        const value = JSON.parse(m.data);
        if (kind === 'hello') {
          silenceMs = Math.max(5000, 5000 * value.heartbeat_s);
          on.connection('live');
        }
        on[kind]?.(value);
      });
    }
  }

  function again() {
    source?.close();
    source = null;
    if (ended) return;
    on.connection('lost');
    clearTimeout(timer);
    timer = setTimeout(open, retryMs);
  }

  const watch = setInterval(() => {
    if (source && performance.now() - heardAt > silenceMs) again();
  }, 1000);

  open();
  return () => {
    ended = true;
    clearInterval(watch);
    clearTimeout(timer);
    source?.close();
  };
}

// Traces is the WebSocket of /traces. want() may be called at any time.
export class Traces {
  constructor(on) {
    this.on = on; // frame(ArrayBuffer), state('live' | 'lost')
    this.wish = null;
    this.socket = null;
    this.open();
  }

  open() {
    const socket = new WebSocket(new URL('./traces', location.href.replace(/^http/, 'ws')));
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.on.state('live');
      this.send();
    };
    socket.onmessage = (m) => {
      if (m.data instanceof ArrayBuffer) this.on.frame(m.data);
    };
    socket.onclose = () => {
      this.on.state('lost');
      if (this.socket === socket) setTimeout(() => this.socket === socket && this.open(), retryMs);
    };
  }

  want(streams, recentS, maxRateHz) {
    const wish = JSON.stringify({ subscribe: streams, recent_s: recentS, max_rate_hz: maxRateHz });
    if (wish === this.wish) return;
    this.wish = wish;
    this.send();
  }

  send() {
    if (this.wish && this.socket.readyState === WebSocket.OPEN) this.socket.send(this.wish);
  }

  close() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
