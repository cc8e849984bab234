package shop

// Reserve takes count from the stock, or says that it can't.
func Reserve(stock map[string]int, name string, count int) bool {
	if stock[name] < count {
		return false
	}
	stock[name] -= count
	return true
}

// Release is planted: no test runs it.
func Release(stock map[string]int, name string, count int) {
	if count > 0 {
		stock[name] += count
	}
}
