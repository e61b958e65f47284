package seedlink

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// TestTLS serves and collects through TLS; a certificate that nobody vouches for
// ends the connection before a command is sent.
func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)

	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	served := make(chan error, 1)
	s := &Server{Store: scene()}
	go func() { served <- s.Serve(ctx, l) }()

	c := &Client{Address: l.Addr().String(), TLS: &tls.Config{RootCAs: roots}, Streams: []StreamRequest{{Network: "XX", Station: "DEF"}},
		Dialup: true, Resume: State{"XX.DEF": {Sequence: 0xFFFFFF}}}
	n := 0
	if err := c.Run(ctx, func(Packet) error { n++; return nil }); err != nil || n != 3 {
		t.Errorf("%d packets, error %v, want 3", n, err)
	}
	c = &Client{Address: l.Addr().String(), TLS: &tls.Config{}}
	var unknown x509.UnknownAuthorityError
	if err := c.Run(ctx, nil); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "tls: ") {
		t.Errorf("certificate of an unknown authority: %v", err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		address string
		tls     *tls.Config
		want    string
	}{
		{"host", nil, "host:18000"}, {"host", &tls.Config{}, "host:18500"}, {"host:1", nil, "host:1"},
		{"::1", nil, "[::1]:18000"}, {"[::1]", nil, "[::1]:18000"}, {"[::1]:2", nil, "[::1]:2"},
	} {
		if got := (&Client{Address: tt.address, TLS: tt.tls}).address(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.address, got, tt.want)
		}
	}
}
