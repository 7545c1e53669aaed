package sandbox

// method is one call of the Bot API: which parameters it takes here and what it does. run is
// called with the lock held.
type method struct {
	takes string // space-separated names
	run   func(*Telegram, *request) (any, *apiError)
	polls bool
}

// Parameters that several methods share.
const (
	takesSend = "chat_id message_thread_id disable_notification protect_content reply_parameters reply_markup parse_mode "
	takesEdit = "chat_id message_id inline_message_id reply_markup parse_mode "
	takesSpot = "scope language_code "
)

// methods is the table of the Bot API, by lower-case name: Telegram ignores case here.
func methods() map[string]method {
	return map[string]method{
		"getme":          {run: (*Telegram).getMe},
		"getupdates":     {takes: "offset limit timeout allowed_updates", polls: true},
		"setwebhook":     {takes: "url max_connections allowed_updates drop_pending_updates secret_token ip_address", run: (*Telegram).setWebhook},
		"deletewebhook":  {takes: "drop_pending_updates", run: (*Telegram).deleteWebhook},
		"getwebhookinfo": {run: (*Telegram).webhookInfo},

		"setmycommands":         {takes: "commands " + takesSpot, run: (*Telegram).setCommands},
		"getmycommands":         {takes: takesSpot, run: (*Telegram).getCommands},
		"deletemycommands":      {takes: takesSpot, run: (*Telegram).deleteCommands},
		"setmyname":             {takes: "name language_code", run: setProfile("name", 64)},
		"setmydescription":      {takes: "description language_code", run: setProfile("description", 512)},
		"setmyshortdescription": {takes: "short_description language_code", run: setProfile("short_description", 120)},
		"getmyname":             {takes: "language_code", run: getProfile("name")},
		"getmydescription":      {takes: "language_code", run: getProfile("description")},
		"getmyshortdescription": {takes: "language_code", run: getProfile("short_description")},

		"sendmessage":            {takes: takesSend + "text entities link_preview_options", run: (*Telegram).sendMessage},
		"sendphoto":              {takes: takesSend + "photo caption caption_entities show_caption_above_media has_spoiler", run: (*Telegram).sendPhoto},
		"sendchataction":         {takes: "chat_id message_thread_id action", run: (*Telegram).sendChatAction},
		"editmessagetext":        {takes: takesEdit + "text entities link_preview_options", run: (*Telegram).editText},
		"editmessagecaption":     {takes: takesEdit + "caption caption_entities show_caption_above_media", run: (*Telegram).editCaption},
		"editmessagemedia":       {takes: takesEdit + "media", run: (*Telegram).editMedia},
		"editmessagereplymarkup": {takes: takesEdit, run: (*Telegram).editMarkup},
		"deletemessage":          {takes: "chat_id message_id", run: (*Telegram).deleteMessage},
		"answerinlinequery":      {takes: "inline_query_id results cache_time is_personal next_offset button", run: (*Telegram).answerInline},
		"answercallbackquery":    {takes: "callback_query_id text show_alert url cache_time", run: (*Telegram).answerCallback},

		"getchat":               {takes: "chat_id", run: (*Telegram).getChat},
		"getchatmember":         {takes: "chat_id user_id", run: (*Telegram).getChatMember},
		"getchatadministrators": {takes: "chat_id", run: (*Telegram).getChatAdministrators},
		"getfile":               {takes: "file_id", run: (*Telegram).getFile},
	}
}

// shape is what a parameter's text must look like.
type shape int

const (
	anyText shape = iota
	integer
	boolean
	object
	array
)

// shapes gives the shape of each parameter that is not mere text; a name means the same in
// every method.
func shapes() map[string]shape {
	return map[string]shape{
		"message_thread_id": integer, "message_id": integer, "offset": integer, "limit": integer,
		"timeout": integer, "max_connections": integer, "cache_time": integer, "user_id": integer,
		"disable_notification": boolean, "protect_content": boolean, "drop_pending_updates": boolean,
		"show_alert": boolean, "has_spoiler": boolean, "show_caption_above_media": boolean,
		"reply_parameters": object, "reply_markup": object, "link_preview_options": object,
		"scope": object, "media": object, "button": object, "is_personal": boolean, "results": array,
		"entities": array, "caption_entities": array, "commands": array, "allowed_updates": array,
	}
}
