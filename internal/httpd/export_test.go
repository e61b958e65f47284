package httpd

// Patterns lists the addresses of table, for the contract test.
func Patterns() (p []string) {
	for _, r := range (&Server{}).table() {
		p = append(p, r.pattern)
	}
	return p
}
