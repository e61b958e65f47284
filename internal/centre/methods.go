package centre

import (
	"houfeng/internal/chain/associate"
	"houfeng/internal/chain/intensity"
	"houfeng/internal/chain/locate"
	"houfeng/internal/chain/magnitude"
	"houfeng/internal/chain/pick"
	"houfeng/internal/method"
)

// Methods returns every algorithm that can be exchanged for another, in the
// order in which a sample meets them. A new one is added here.
func Methods() []method.Method {
	var all []method.Method
	all = append(all, pick.Methods...)
	all = append(all, associate.Method)
	all = append(all, locate.Method)
	all = append(all, magnitude.Methods...)
	all = append(all, intensity.Methods...)
	return all
}
