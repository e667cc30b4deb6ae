// What Go's encoding/json makes of annotations: a list of texts on standard input, a list of answers on standard output.
package main

import (
	"encoding/json"
	"log"
	"os"
)

// Entry is one element of the annotation's list.
type Entry struct {
	// Text as it stands, without the white space around it.
	Text string `json:"text"`
	// What Go assigns to a field named hostPath: null where no key is taken for it.
	HostPath *string `json:"hostPath"`
	// The value of that, where it is a string.
	Read *string `json:"read"`
}

func entries(text string) []Entry {
	var elements []json.RawMessage
	if err := json.Unmarshal([]byte(text), &elements); err != nil {
		return nil
	}
	entries := []Entry{}
	for _, element := range elements {
		entry := Entry{Text: string(element)}
		var fields struct {
			HostPath json.RawMessage `json:"hostPath"`
		}
		if json.Unmarshal(element, &fields) == nil && fields.HostPath != nil {
			value := string(fields.HostPath)
			entry.HostPath = &value
			var read *string
			if json.Unmarshal(fields.HostPath, &read) == nil {
				entry.Read = read
			}
		}
		entries = append(entries, entry)
	}
	return entries
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	answers := [][]Entry{}
	for _, text := range texts {
		answers = append(answers, entries(text))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answers); err != nil {
		log.Fatal(err)
	}
}
