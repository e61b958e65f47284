package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// best tries all assignments.
func best(edges [][]edge, row int, used map[int]bool) (pairs int, cost float64) {
	if row == len(edges) {
		return 0, 0
	}
	pairs, cost = best(edges, row+1, used) // this row stays alone
	for _, e := range edges[row] {
		if used[e.to] {
			continue
		}
		used[e.to] = true
		p, c := best(edges, row+1, used)
		used[e.to] = false
		if p++; p > pairs || p == pairs && c+e.cost < cost {
			pairs, cost = p, c+e.cost
		}
	}
	return pairs, cost
}

func TestAssignIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(0, 6).Draw(t, "rows"), rapid.IntRange(0, 6).Draw(t, "columns")
		edges := make([][]edge, rows)
		for i := range edges {
			for j := range columns {
				if rapid.Bool().Draw(t, "can be a pair") {
					edges[i] = append(edges[i], edge{j, float64(rapid.IntRange(0, 8).Draw(t, "cost")) / 4}) // ties are frequent
				}
			}
		}
		got := assign(edges, columns)
		used := map[int]bool{}
		pairs, cost := 0, 0.0
		for i, j := range got {
			if j < 0 {
				continue
			}
			if used[j] {
				t.Fatalf("column %d is used twice in %v", j, got)
			}
			used[j] = true
			pairs++
			c := edgeCost(edges[i], j, math.Inf(1))
			if math.IsInf(c, 1) {
				t.Fatalf("row %d got column %d, which it cannot have", i, j)
			}
			cost += c
		}
		wantPairs, wantCost := best(edges, 0, map[int]bool{})
		if pairs != wantPairs || math.Abs(cost-wantCost) > 1e-9 {
			t.Fatalf("%v: %d pairs at %g, want %d at %g\n%v", got, pairs, cost, wantPairs, wantCost, edges)
		}
	})
}

func BenchmarkAssign(b *testing.B) {
	// A swarm: 5,000 events in which everybody has some ten possible partners.
	r := rand.New(rand.NewPCG(1, 2))
	edges := make([][]edge, 5000)
	for i := range edges {
		for j := max(0, i-5); j < min(5000, i+6); j++ {
			edges[i] = append(edges[i], edge{j, r.Float64()})
		}
	}
	for b.Loop() {
		assign(edges, 5000)
	}
}
