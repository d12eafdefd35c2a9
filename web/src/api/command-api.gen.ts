// Code generated from command-api/openapi.yaml by "make generate". DO NOT EDIT.

export interface paths {
    "/api/ingredients/parse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read ingredient lines
         * @description What is understood of lines as people write them, in English, German, French, Italian, Spanish, Dutch and
         *     Swedish; nothing is kept. There is one answer a line, in their order, and each has its line as it was sent.
         *     What isn't understood stays text: an amount is never guessed.
         */
        post: operations["parseIngredients"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put in a recipe
         * @description Larder draws the id. Who has an id of their own puts the recipe there (putRecipe).
         */
        post: operations["createRecipe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Replace a recipe, or create one with an id of one's own
         * @description `If-Match: "<version>"` replaces the recipe if that is still its version; `If-Match: *` replaces
         *     whatever is there. `If-None-Match: *` creates it if there is none, also where one was deleted. One of
         *     the two is needed. A replacement that changes nothing makes no version: it is answered with the recipe as
         *     it is.
         */
        put: operations["putRecipe"];
        post?: never;
        /**
         * Delete a recipe
         * @description It can be brought back (restoreRecipe), with its files for 30 days.
         */
        delete: operations["deleteRecipe"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{id}/grocery": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put what a recipe needs on the grocery list
         * @description Needs access to the grocery app. Each item has the line in its own words; numbers that scaling writes anew are in the language that Accept-Language names first of those that Larder writes.
         */
        post: operations["requestGrocery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an earlier version the current one
         * @description What the cook wrote is taken from that version, and becomes the next one. It brings back a deleted
         *     recipe too, with the files that it had, for 30 days after the deletion, and later without them. Else files
         *     stay as they are now. The query API lists the versions.
         */
        post: operations["restoreRecipe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description Failed logins are counted: past 10 a minute of one address at one name, 60 a minute of one address, and 50 an
         *     hour of all strangers at one name they are 429 for a while. A device that has logged in before is no stranger
         *     (the cookie `larder_device`), nor is its address: nobody keeps it out by guessing.
         */
        post: operations["logIn"];
        /**
         * Log out
         * @description The session of this request, and no other.
         */
        delete: operations["logOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Log out everywhere
         * @description On every device, this one too.
         */
        delete: operations["endSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Log out one device
         * @description Of another device, as a rule; one may end one's own.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ConflictProblem: components["schemas"]["Problem"] & {
            current: components["schemas"]["Recipe"];
            /** Format: int64 */
            current_version: number;
        };
        Credentials: {
            password: string;
            username: string;
        };
        FieldError: {
            detail: string;
            /** @description As `ingredients[2].text`, or the name of a parameter; empty for the whole body. */
            field: string;
        };
        File: {
            /** @description Of a picture, the colour that most of it has: #rrggbb. Empty for what is none, or where it is not known. */
            color: string;
            /** Format: uuid */
            id: string;
            /** @description Found in the content. */
            media_type: string;
            /** @description As the caller named it, without a folder. */
            name: string;
            /** @description In lower-case hex. */
            sha256: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
            /** @description Of a picture, made once, where there is a `url`. The location and the rest of its EXIF are not in them. */
            sizes?: components["schemas"]["PictureSize"][];
            /** @description Where its bytes are: signed, and open for a day at least. In a recipe's detail, and where the file was put there, alone. */
            url?: string;
        };
        Grocery: {
            items: components["schemas"]["GroceryItem"][];
            recipe: components["schemas"]["RecipeRef"];
            /** Format: uuid */
            request_id: string;
            servings: components["schemas"]["Servings"];
        };
        GroceryItem: {
            name: string;
            note: string;
            /** Format: double */
            quantity: number | null;
            /** Format: double */
            quantity_max: number | null;
            text: string;
            unit: string;
        };
        GroceryRequest: {
            /** @description Positions in the recipe's list, from 0; all where it is missing. */
            ingredients?: number[] | null;
            /**
             * Format: double
             * @description For how many to buy; what the recipe says where it is missing.
             */
            servings?: number | null;
        };
        Ingredient: {
            name: string;
            note: string;
            quantity: components["schemas"]["Quantity"];
            quantity_max: components["schemas"]["Quantity"];
            second: components["schemas"]["SecondMeasure"];
            section: string;
            /** @description The line as it was written. */
            text: string;
            unit: string;
        };
        /**
         * @description A line of text, or its parts, or both. The text is written from the parts where it is missing. A row that comes as
         *     text alone is read by the parser, and answered with its parts and its text as written; what isn't understood stays
         *     text. Parts that are sent are kept. What they lack is taken from the line: the amount where only the food is
         *     sent, the food or the second measure where the amount is that of the line. `unit` and `note` without `quantity`
         *     and `name` are no parts: a note stays, and the unit is the line's.
         *
         *     When a recipe is replaced, a line that it has already keeps the parts that it has there where it comes as text
         *     alone; and a new line that comes with the very parts of a line that it had is read anew, since its words were
         *     changed and its parts were not.
         */
        IngredientInput: {
            name?: string;
            note?: string;
            quantity?: components["schemas"]["Quantity"];
            quantity_max?: components["schemas"]["Quantity"];
            second?: components["schemas"]["SecondMeasureInput"];
            section?: string;
            text?: string;
            unit?: string;
        };
        Minutes: number | null;
        NewSession: {
            /** @description For `Authorization: Bearer <token>`. */
            token: string;
            user: components["schemas"]["User"];
        };
        ParsedIngredient: {
            /** @description The food, as one buys it: `fresh parsley`. */
            name: string;
            /** @description Size, preparation, purpose and comments: `finely chopped`, `to taste`. */
            note: string;
            /**
             * Format: double
             * @description The first amount; null where none is written.
             */
            quantity: number | null;
            /**
             * Format: double
             * @description The upper end of a range.
             */
            quantity_max: number | null;
            second: components["schemas"]["SecondMeasure"];
            /** @description The line as it was sent. */
            text: string;
            /** @description Its short form: `g`, `tbsp`, `cup`, `clove`; empty for a count. */
            unit: string;
        };
        ParsedIngredients: {
            ingredients: components["schemas"]["ParsedIngredient"][];
        };
        ParseRequest: {
            lines: string[];
        };
        PictureSize: {
            /** @description The longer edge has at most so many pixels. */
            edge: number;
            media_type: string;
            url: string;
        };
        /** @description RFC 9457. What isn't here is missing or a detail of this kind of problem. */
        Problem: {
            /** @description What is wrong with this request. */
            detail?: string;
            /** @description What is wrong, field by field. */
            errors?: components["schemas"]["FieldError"][];
            /** Format: uri-reference */
            instance?: string;
            /** @description Of a limit of one person: what is limited. */
            kind?: string;
            /**
             * Format: int64
             * @description Where a limit was passed: how much may be.
             */
            limit?: number;
            status: number;
            title: string;
            /**
             * Format: uri-reference
             * @description The kind: about:blank, or a name that begins with `urn:larder:problem:`.
             */
            type: string;
        };
        /** Format: double */
        Quantity: number | null;
        Recipe: {
            cook_minutes: components["schemas"]["Minutes"];
            /** Format: date-time */
            created_at: string;
            description: string;
            files: components["schemas"]["File"][];
            /** Format: uuid */
            id: string;
            ingredients: components["schemas"]["Ingredient"][];
            name: string;
            notes: string;
            prep_minutes: components["schemas"]["Minutes"];
            servings: components["schemas"]["Servings"];
            source_url: components["schemas"]["Source"];
            steps: components["schemas"]["Step"][];
            tags: string[];
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        /**
         * @description What a cook writes. A field that isn't there is empty. A recipe can be sent back as it was read: id,
         *     files, version, created_at and updated_at are Larder's own and are not looked at.
         */
        RecipeInput: {
            cook_minutes?: components["schemas"]["Minutes"];
            /** @description Not looked at. */
            created_at?: unknown;
            description?: string;
            /** @description Not looked at. */
            files?: unknown;
            /** @description Not looked at. */
            id?: unknown;
            ingredients?: components["schemas"]["IngredientInput"][];
            name: string;
            notes?: string;
            prep_minutes?: components["schemas"]["Minutes"];
            servings?: components["schemas"]["Servings"];
            source_url?: components["schemas"]["Source"];
            steps?: components["schemas"]["StepInput"][];
            /** @description Soup and soup are one tag; the first spelling is kept. */
            tags?: string[];
            /** @description Not looked at. */
            updated_at?: unknown;
            /** @description Not looked at. */
            version?: unknown;
        };
        RecipeRef: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        /**
         * @description The same amount in another unit, `1 pound (500g)`; what is in each, `1 (14 oz) can`; or what comes on
         *     top, `1 cup plus 2 tbsp`.
         * @enum {string}
         */
        Relation: "same" | "each" | "plus";
        RestoreRequest: {
            /** Format: int64 */
            version: number;
        };
        /** @description What else the line says of the amount. */
        SecondMeasure: {
            /** Format: double */
            quantity: number;
            /**
             * Format: double
             * @description The upper end of a range.
             */
            quantity_max: number | null;
            relation: components["schemas"]["Relation"];
            unit: string;
        } | null;
        /** @description What else the line says of the amount. It needs a quantity to be the second of. */
        SecondMeasureInput: {
            /** Format: double */
            quantity: number;
            quantity_max?: components["schemas"]["Quantity"];
            relation: components["schemas"]["Relation"];
            unit?: string;
        } | null;
        /** Format: double */
        Servings: number | null;
        /**
         * @description Where it is from: an address, or any words, `Grandmother's book, page 12`. It is a link where it begins with http:// or
         *     https://, and nowhere else: `javascript:` is words like any other.
         */
        Source: string;
        Step: {
            section: string;
            text: string;
        };
        StepInput: {
            section?: string;
            text: string;
        };
        User: {
            /** @description May use what an operator uses. */
            admin: boolean;
            /** @description May put things on the grocery list. */
            grocery: boolean;
            /** Format: uuid */
            id: string;
            name: string;
        };
    };
    responses: {
        /**
         * @description The command with this Idempotency-Key was done, and the text of its answer has been deleted since: the recipe was
         *     deleted longer ago than its text is kept. The type is `urn:larder:problem:text-gone`.
         */
        AnswerGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request can't be read, or a parameter is outside its limits; `errors` names it. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The recipe isn't as the caller takes it to be; `current` is how it is. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ConflictProblem"];
            };
        };
        /** @description The recipe as it is kept. */
        Created: {
            headers: {
                ETag: components["headers"]["ETag"];
                "Larder-After": components["headers"]["LarderAfter"];
                Location: components["headers"]["Location"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Recipe"];
            };
        };
        /**
         * @description A field is outside its limits, and `errors` names it; or the Idempotency-Key was used for another request; or the
         *     person has as many recipes as they may: the type is `urn:larder:problem:quota` then, `limit` says how many, and
         *     waiting doesn't help.
         */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The address and the headers of the request are longer than 32 KiB together. The server says so in plain text before it
         *     knows what is asked for.
         */
        LongHeaders: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/plain": string;
            };
        };
        /** @description No session, or one that was ended. */
        NoSession: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This user has no such recipe. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body isn't application/json. */
        NotJSON: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `Larder-User` names another person than the session's (the type is `urn:larder:problem:other-person`), or a page
         *     of another site sent the request. Nothing was done.
         */
        OtherPerson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The recipe as it is kept. */
        Replaced: {
            headers: {
                ETag: components["headers"]["ETag"];
                "Larder-After": components["headers"]["LarderAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Recipe"];
            };
        };
        /**
         * @description The recipe was deleted so long ago that its text is gone, and nothing can bring it back: the type is
         *     `urn:larder:problem:text-gone`. How long that is, the operator says, 90 days if nothing else. For a repeated
         *     Idempotency-Key it means that the command was done, and that its answer is gone.
         */
        TextGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body has more than 1 MiB. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description More at once, or more a second, than one person may ask for; the type is
         *     `urn:larder:problem:too-many-requests`, `kind` says of what, and `limit` how many, where that is a figure of
         *     its own. Nothing was done. Send it again after `Retry-After` seconds.
         */
        TooMany: {
            headers: {
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A store that is needed can't be asked; try again after `Retry-After` seconds. */
        Unavailable: {
            headers: {
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        ID: string;
        /** @description Chosen by the caller, once for each command; a UUID does. */
        IdempotencyKey: string;
        /** @description The `ETag` of the version that the caller has, or `*`. */
        IfMatch: string;
    };
    requestBodies: {
        RecipeBody: {
            content: {
                "application/json": components["schemas"]["RecipeInput"];
            };
        };
    };
    headers: {
        /** @description The version in quotes. */
        ETag: string;
        /** @description `<recipe>@<version>`; a read that sends it back has seen this write. */
        LarderAfter: string;
        /** @description Where the recipe is. */
        Location: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    parseIngredients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ParseRequest"];
            };
        };
        responses: {
            /** @description The lines and their parts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParsedIngredients"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    createRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Chosen by the caller, once for each command; a UUID does. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["RecipeBody"];
        responses: {
            201: components["responses"]["Created"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            410: components["responses"]["AnswerGone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    putRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Chosen by the caller, once for each command; a UUID does. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The `ETag` of the version that the caller has, or `*`. */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description Only `*`. */
                "If-None-Match"?: "*";
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["RecipeBody"];
        responses: {
            200: components["responses"]["Replaced"];
            201: components["responses"]["Created"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["AnswerGone"];
            412: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            422: components["responses"]["Invalid"];
            /** @description Neither If-Match nor If-None-Match was sent. */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Chosen by the caller, once for each command; a UUID does. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The `ETag` of the version that the caller has, or `*`. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            204: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["AnswerGone"];
            412: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    requestGrocery: {
        parameters: {
            query?: never;
            header?: {
                /** @description Chosen by the caller, once for each command; a UUID does. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["GroceryRequest"];
            };
        };
        responses: {
            /** @description It is on its way to the grocery app. */
            202: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Grocery"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            /** @description This user has no access to the grocery app; or as everywhere with a session. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            410: components["responses"]["TextGone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    restoreRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Chosen by the caller, once for each command; a UUID does. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The `ETag` of the version that the caller has, or `*`. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RestoreRequest"];
            };
        };
        responses: {
            200: components["responses"]["Replaced"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            /** @description This user has no such recipe, or it never had that version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            410: components["responses"]["TextGone"];
            412: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description A new session. The token is in the cookie too. */
            200: {
                headers: {
                    /** @description larder_session, and larder_device, which counts at the next login */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description No such name, a wrong password, or a disabled account; it doesn't say which. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A page of another site sent it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            422: components["responses"]["Invalid"];
            /**
             * @description Too many failed logins, or more logins from this address at once or a second than may be; try again after
             *     `Retry-After` seconds.
             */
            429: {
                headers: {
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session is ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    endSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every session of this user is ended, this one too. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the query API lists it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session is ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            /** @description This user has no such session, or no longer. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
}
