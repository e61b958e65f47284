// Package seis is the vocabulary of the processing chain: the words that its
// stages say to one another. They are QuakeML's words, without XML and without
// I/O. A stage imports seis, never another stage.
//
// Read in the order in which a sample becomes an event: [Receipt], [Record],
// [Trace], [Pick], [Origin], [Magnitude], [Intensity], [Event]; beside them
// [Channel] says what an instrument is and [Trust] how far a stream is believed.
//
// Units are in the names or on the field. Depth is in kilometres below sea
// level, positive down; elevation in metres, positive up; angles in degrees,
// azimuths clockwise from north; latitude and longitude are WGS 84.
package seis
