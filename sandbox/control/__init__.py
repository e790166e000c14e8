"""The control API: what a test, or the page, makes people and faults do.

JSON under /sandbox/api. A refusal is 400, 404 or 409 with ``{"error": "..."}``.
Changes need a JSON body, or the header Origin with this server's own address.
The bodies are classes of ``wishes``; a list or object in brackets is the answer.

GET     state?since=VERSION            {version} and, if it differs, all the page shows
GET     users                          [person]
POST    users                          NewUser -> person
POST    users/ID                       UserChange -> person
GET     chats                          [chat with topics and members]
POST    groups                         NewGroup -> chat
POST    chats/ID/members               Seating -> chat; user_id 0 is the bot
POST    chats/ID/migrate               Move -> the new chat
GET     chats/ID/topics                [topic]
POST    chats/ID/topics                NewTopic -> {id}
POST    chats/ID/topics/THREAD         TopicChange
GET     chats/ID/messages              [message], deleted ones too; ?thread=N (0 is
                                       General), ?after=MESSAGE
POST    chats/ID/messages              NewMessage, or its fields and files as multipart
                                       -> [message]; a private chat's ID is the person's
GET     chats/ID/messages/MESSAGE      message
POST    chats/ID/messages/MESSAGE      Edit -> message
DELETE  chats/ID/messages/MESSAGE      the bot is not told
POST    chats/ID/messages/MESSAGE/press   Press -> {id, answer}; answer null: none came
POST    chats/ID/messages/MESSAGE/react   Reaction -> message
GET     callbacks/ID                   {id, data, answer}
GET     files/FILE                     the bytes
GET     faults                         [fault with strikes]
POST    faults                         NewFault
DELETE  faults
GET     calls?method=&after=           [{id, at, method, params, status, answer, done,
                                       fault}], the bot's calls, oldest first
DELETE  calls
GET     rates                          {mode, violations: {rate_group, ...}}
POST    rates                          RateMode
DELETE  rates                          forgets the violations
GET     updates                        {pending: [...], confirmed: [...], next_id}
POST    updates/redeliver              Redelivery -> {count}
POST    updates/next-id                NextId; only while none is pending
GET     mails?person=ADDRESS           [mail], newest first, at most 200; of everybody
                                       or of one person's mailbox
GET     mails/KEY                      the raw mail
GET     mails/KEY/html                 the HTML part as its reader sees it
POST    mail                           NewMail -> {message_id}; goes by SMTP
GET     bus?stream=NN-1                [event], newest first, at most 200; of every
                                       stream or of one
"""
