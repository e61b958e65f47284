package httpdtest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// browser is a headless Chromium spoken to by the DevTools protocol, with
// nothing in between.
type browser struct {
	conn *websocket.Conn
	next int

	mu       sync.Mutex
	answers  map[int]chan json.RawMessage
	problems []string // what the page complained about
}

// openBrowser starts the program of HOUFENG_CHROMIUM.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	program := os.Getenv("HOUFENG_CHROMIUM")
	if program == "" {
		t.Skip("set HOUFENG_CHROMIUM to a Chromium to look at the console with it")
	}
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--window-size=1280,720", "--remote-debugging-port=0", "--user-data-dir="+folder, "about:blank")
	cmd.WaitDelay = 5 * time.Second
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		cmd.Wait()
		// Helpers of the browser may still be writing; the folder is only scratch.
		os.RemoveAll(filepath.Join(folder, "Default"))
	})
	address := ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if _, a, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			address = a
			break
		}
	}
	if address == "" {
		t.Fatalf("%s did not say where it listens", program)
	}
	go func() { // so that it is never held up by its own words
		for b := make([]byte, 4096); ; {
			if _, err := stderr.Read(b); err != nil {
				return
			}
		}
	}()
	b := &browser{answers: map[int]chan json.RawMessage{}}
	if b.conn, _, err = websocket.Dial(ctx, address, nil); err != nil {
		t.Fatal(err)
	}
	b.conn.SetReadLimit(64 << 20)
	go b.hear(ctx)
	return b
}

type devtools struct {
	ID        int             `json:"id"`
	Method    string          `json:"method"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	Error     json.RawMessage `json:"error"`
	SessionID string          `json:"sessionId"`
}

// hear reads answers, and what the page complains about.
func (b *browser) hear(ctx context.Context) {
	for {
		_, raw, err := b.conn.Read(ctx)
		if err != nil {
			return
		}
		var m devtools
		if json.Unmarshal(raw, &m) != nil {
			continue
		}
		b.mu.Lock()
		switch m.Method {
		case "":
			if c := b.answers[m.ID]; c != nil {
				if m.Error != nil {
					c <- m.Error
				} else {
					c <- m.Result
				}
				delete(b.answers, m.ID)
			}
		case "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed":
			b.problems = append(b.problems, m.Method+" "+string(m.Params))
		case "Runtime.consoleAPICalled":
			if strings.Contains(string(m.Params), `"type":"error"`) || strings.Contains(string(m.Params), `"type":"warning"`) {
				b.problems = append(b.problems, m.Method+" "+string(m.Params))
			}
		}
		b.mu.Unlock()
	}
}

func (b *browser) call(t *testing.T, session, method string, params, result any) {
	t.Helper()
	answer := make(chan json.RawMessage, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	b.answers[id] = answer
	b.mu.Unlock()
	m := map[string]any{"id": id, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.conn.Write(t.Context(), websocket.MessageText, raw); err != nil {
		t.Fatal(err)
	}
	select {
	case r := <-answer:
		if result != nil {
			if err := json.Unmarshal(r, result); err != nil {
				t.Fatalf("%s: %v in %s", method, err, r)
			}
		}
	case <-time.After(time.Minute):
		t.Fatalf("%s was not answered", method)
	}
}

// page is one tab.
type page struct {
	*browser
	session string
}

func (b *browser) open(t *testing.T, url string) *page {
	t.Helper()
	var target struct {
		TargetID string `json:"targetId"`
	}
	b.call(t, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	b.call(t, "", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &page{b, attached.SessionID}
	for _, domain := range []string{"Runtime", "Log", "Network", "Page"} {
		b.call(t, p.session, domain+".enable", nil, nil)
	}
	b.call(t, p.session, "Page.navigate", map[string]any{"url": url}, nil)
	return p
}

// eval returns the text an expression comes to.
func (p *page) eval(t *testing.T, expression string) string {
	t.Helper()
	var r struct {
		Result struct {
			Value any `json:"value"`
		} `json:"result"`
	}
	p.call(t, p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	return fmt.Sprint(r.Result.Value)
}

// await waits until an expression is true.
func (p *page) await(t *testing.T, what, expression string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); p.eval(t, expression) != "true"; {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute; the page says %q", what, p.eval(t, "document.body.innerText.slice(0, 600)"))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *page) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.problems...)
}
