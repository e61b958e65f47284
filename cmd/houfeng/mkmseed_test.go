package main

import (
	"fmt"
	"os"
	"strconv"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// mkmseed is a command of the test scripts:
//
//	mkmseed STREAM START SECONDS
//
// writes miniSEED 2 records of 512 bytes, 100 samples per second, 112 samples
// each, to standard output.
func mkmseed() {
	if err := writeRecords(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mkmseed:", err)
		os.Exit(1)
	}
}

func writeRecords(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("want STREAM START SECONDS, got %d words", len(args))
	}
	id, err := fdsn.Parse(args[0])
	if err != nil {
		return err
	}
	start, err := seis.ParseTime(args[1])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	p := mseed.Packer{ID: id, Rate: 100, Encoding: mseed.Int32, TimingQuality: -1}
	full, err := p.Add(start.Nanos(), golden.Waveform(1, 100*n))
	if err != nil {
		return err
	}
	rest, err := p.Flush()
	if err != nil {
		return err
	}
	for _, r := range append(full, rest...) {
		if _, err := os.Stdout.Write(r); err != nil {
			return err
		}
	}
	return nil
}
