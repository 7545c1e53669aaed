package money_test

import (
	"fmt"

	"payferbot/money"
)

func ExampleParse() {
	for _, typed := range []string{"50000", "50 ming", "50.000", "1,5 mln", "50 000,50 so'm", "50000.505"} {
		a, err := money.Parse(typed)
		fmt.Println(a, err)
	}
	// Output:
	// 50 000,00 <nil>
	// 50 000,00 <nil>
	// 50 000,00 <nil>
	// 1 500 000,00 <nil>
	// 50 000,50 <nil>
	// 0,00 a sum has at most two decimals
}

func ExampleParsePrefix() {
	a, note, _ := money.ParsePrefix("50 000 2 ta osh")
	fmt.Printf("%s for %q\n", a.Short(), note)
	// Output: 50 000 for "2 ta osh"
}
