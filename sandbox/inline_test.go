package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const article = `{"type":"article","id":"a1","title":"Invoice","input_message_content":{"message_text":"<b>50 000</b>","parse_mode":"HTML"},` +
	`"reply_markup":{"inline_keyboard":[[{"text":"Show","callback_data":"offer:1"}]]}}`

func TestAnInlineQueryIsAnsweredOnceAndItsOfferBecomesAMessage(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	q := u.Query("50000 tea")
	want(t, call(t, w, "answerInlineQuery", obj{"inline_query_id": q.ID, "results": json.RawMessage("[" + article + "]"), "is_personal": true}), 0, "")
	want(t, call(t, w, "answerInlineQuery", obj{"inline_query_id": q.ID, "results": json.RawMessage("[]")}), 400, "query is too old")
	got, err := q.Wait(t.Context())
	if err != nil || len(got.Results) != 1 || got.Results[0].Text() != "50 000" || !got.Personal {
		t.Fatalf("offered %+v (%v)", got, err)
	}
	id := q.Pick(got.Results[0])
	press, err := u.PressInline(id, "Show")
	if err != nil || press.Data != "offer:1" {
		t.Fatalf("pressed %+v (%v)", press, err)
	}
	edit := obj{"inline_message_id": id, "text": "paid"}
	want(t, call(t, w, "editMessageText", edit), 0, "")
	want(t, call(t, w, "editMessageText", edit), 400, "message is not modified")
	want(t, call(t, w, "editMessageText", obj{"inline_message_id": "none", "text": "x"}), 400, "MESSAGE_ID_INVALID")
	want(t, call(t, w, "editMessageMedia", obj{"inline_message_id": id, "media": json.RawMessage(`{"type":"photo","media":"attach://x"}`)}), 400, "can't be uploaded")
	want(t, call(t, w, "editMessageMedia", obj{"inline_message_id": id, "media": json.RawMessage(`{"type":"photo","media":"none"}`)}), 400, "wrong file identifier")
	if m, _ := w.Telegram.Inline(id); m.Text != "paid" || len(m.Flat()) != 0 {
		t.Errorf("it shows %q %v", m.Text, m.Flat())
	}
}

func TestWrongAnswersToAnInlineQueryAreRefused(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	for change, words := range map[string]string{
		`"type":"article"→"type":"photo"`:                  "can't parse",
		`"id":"a1"→"id":""`:                                "RESULT_ID_INVALID",
		`"id":"a1"→"id":"` + strings.Repeat("x", 65) + `"`: "RESULT_ID_INVALID",
		`"title":"Invoice"→"title":" "`:                    "ARTICLE_TITLE_EMPTY",
		`<b>50 000</b>→`:                                   "MESSAGE_EMPTY",
		`<b>50 000</b>→<b>50 000`:                          "can't parse entities",
		`"offer:1"→"` + strings.Repeat("x", 65) + `"`:      "BUTTON_DATA_INVALID",
	} {
		from, to, _ := strings.Cut(change, "→")
		q := u.Query("5")
		wrong := strings.Replace(article, from, to, 1)
		want(t, call(t, w, "answerInlineQuery", obj{"inline_query_id": q.ID, "results": json.RawMessage("[" + wrong + "]")}), 400, words)
	}
	q := u.Query("5")
	want(t, call(t, w, "answerInlineQuery", obj{"inline_query_id": q.ID, "results": json.RawMessage(fmt.Sprintf("[%s,%s]", article, article))}), 400, "RESULT_ID_DUPLICATE")
	want(t, call(t, w, "answerInlineQuery", obj{"inline_query_id": q.ID, "results": json.RawMessage("[]"), "button": json.RawMessage(`{"text":"x","start_parameter":"ў"}`)}), 400, "START_PARAM_INVALID")
	want(t, call(t, w, "answerInlineQuery", obj{"inline_query_id": "none", "results": json.RawMessage("[]")}), 400, "query is too old")
}
