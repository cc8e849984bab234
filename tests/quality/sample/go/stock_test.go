package shop

import (
	"os"
	"testing"
)

func TestReserve(t *testing.T) {
	for name, count := range map[string]int{"tea": 1, "all": 5} {
		t.Run(name, func(t *testing.T) {
			if !Reserve(map[string]int{name: 5}, name, count) {
				t.Fatal("should be there")
			}
		})
	}
}

func TestPlantedFailure(t *testing.T) {
	if Reserve(map[string]int{"tea": 5}, "tea", 2) {
		t.Fatal("planted")
	}
}

func TestPlantedSkip(t *testing.T) {
	t.Skip("planted: waits for the warehouse")
}

func TestPlantedFlake(t *testing.T) {
	mark := os.Getenv("FLAKE_MARK")
	if _, err := os.Stat(mark); err != nil {
		_ = os.WriteFile(mark, nil, 0o600)
		t.Fatal("planted: fails at first")
	}
}
