package archive

// RememberAtMost has a forget the ends of files as soon as it knows n.
func (a *Folder) RememberAtMost(n int) { a.most = n }

// Remembered returns how many files a knows the ends of.
func (a *Folder) Remembered() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count
}
