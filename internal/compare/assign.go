package compare

import "container/heap"

// edge says that two events can be a pair, and how badly they fit.
type edge struct {
	to   int
	cost float64
}

// assign finds the one-to-one assignment of rows to columns with the most
// pairs and, of those, the least sum of costs. It returns the column of each
// row, or −1.
//
// Rows are added one after another by a shortest augmenting path over reduced
// costs (Jonker & Volgenant 1987, Computing 38, 325–340, with Dijkstra's search
// on the sparse graph). Each row also has a column of its own that stands for
// "no partner" and costs more than all pairs together, so that an assignment
// always exists and more pairs are always better. Ties go to the lower column,
// which makes the result the same every time.
func assign(edges [][]edge, columns int) []int {
	rows := len(edges)
	none := 1.0
	for _, es := range edges {
		worst := 0.0
		for _, e := range es {
			worst = max(worst, e.cost)
		}
		none += worst
	}
	total := columns + rows // column columns+i is "no partner" of row i
	rowOf := make([]int, total)
	price := make([]float64, total) // dual of the columns
	for j := range rowOf {
		rowOf[j] = -1
	}
	s := search{
		distance: make([]float64, total), from: make([]int, total), state: make([]byte, total),
	}
	colOf := make([]int, rows)
	cost := make([]float64, rows) // of the edge chosen
	for start := range rows {
		// Dijkstra from row start over rows and columns in turn.
		row, offset := start, 0.0 // offset: distance of the row, less the reduced cost of its own edge
		var end int
		for {
			reach := func(j int, c float64) {
				if s.state[j] == done {
					return
				}
				if d := offset + c - price[j]; s.state[j] == unseen || d < s.distance[j] {
					if s.state[j] == unseen {
						s.touched = append(s.touched, j)
					}
					s.distance[j], s.from[j], s.state[j] = d, row, open
					heap.Push(&s.queue, node{d, j})
				}
			}
			for _, e := range edges[row] {
				reach(e.to, e.cost)
			}
			reach(columns+row, none)
			end = s.nearest()
			if rowOf[end] < 0 {
				break
			}
			row = rowOf[end]
			offset = s.distance[end] - (cost[row] - price[end])
		}
		// New prices keep reduced costs from being negative.
		least := s.distance[end]
		for _, j := range s.touched {
			if s.state[j] == done && j != end {
				price[j] += s.distance[j] - least
			}
		}
		// Turn the path round.
		for j := end; ; {
			row := s.from[j]
			before := colOf[row]
			colOf[row], rowOf[j] = j, row
			cost[row] = edgeCost(edges[row], j, none)
			if row == start {
				break
			}
			j = before
		}
		s.reset()
	}
	for i, j := range colOf {
		if j >= columns {
			colOf[i] = -1
		}
	}
	return colOf
}

func edgeCost(es []edge, to int, none float64) float64 {
	for _, e := range es {
		if e.to == to {
			return e.cost
		}
	}
	return none
}

const (
	unseen byte = iota
	open
	done
)

// search is the state of one Dijkstra search, reused.
type search struct {
	distance []float64
	from     []int // row by which the column was reached
	state    []byte
	touched  []int
	queue    nodes
}

// nearest takes the open column with the least distance. There always is one,
// a row's "no partner".
func (s *search) nearest() int {
	for {
		n := heap.Pop(&s.queue).(node)
		if s.state[n.column] == open && s.distance[n.column] == n.distance {
			s.state[n.column] = done
			return n.column
		}
	}
}

func (s *search) reset() {
	for _, j := range s.touched {
		s.state[j] = unseen
	}
	s.touched, s.queue = s.touched[:0], s.queue[:0]
}

type node struct {
	distance float64
	column   int
}

type nodes []node

func (n nodes) Len() int { return len(n) }
func (n nodes) Less(i, j int) bool {
	if n[i].distance != n[j].distance {
		return n[i].distance < n[j].distance
	}
	return n[i].column < n[j].column
}
func (n nodes) Swap(i, j int) { n[i], n[j] = n[j], n[i] }
func (n *nodes) Push(x any)   { *n = append(*n, x.(node)) }
func (n *nodes) Pop() any {
	old := *n
	x := old[len(old)-1]
	*n = old[:len(old)-1]
	return x
}
