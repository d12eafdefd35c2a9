// Code generated from query-api/openapi.yaml by "make generate". DO NOT EDIT.

export interface paths {
    "/api/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What this user changed after a change number
         * @description Each recipe comes once, with its last change, in the order of the change numbers. Ask again with
         *     `since` = `next` while `more` is true. A page ends early, with `more`, where its recipes are long.
         */
        get: operations["listChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The same changes, as they happen
         * @description Server-sent events: `id` is the change number, `event` is `change`, `data` is a Change. It starts
         *     after `Last-Event-ID`, else after `since`, else now. A comment line comes now and then to keep the
         *     way open. The stream ends with the session.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
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
        /**
         * One's recipes by a word of their name, or all of them
         * @description Every word of `q` must match a word of the name: exactly, as a beginning, with a typo, or as the second
         *     part of a compound, and in that order of rank; then by name. Without `q`: all, by name. Case and accents
         *     don't matter, nor whether one writes a hyphen or an apostrophe, "&" or "and".
         */
        get: operations["searchRecipes"];
        put?: never;
        post?: never;
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
            path?: never;
            cookie?: never;
        };
        /**
         * One recipe, whole
         * @description With the addresses of its files, which are signed for this answer.
         */
        get: operations["getRecipe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The versions of a recipe, the newest first
         * @description A deleted recipe has its history still, until its text is gone for good. The command API restores a version.
         */
        get: operations["listVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{id}/history/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A recipe as it was at a version
         * @description Without the addresses of its files.
         */
        get: operations["getVersion"];
        put?: never;
        post?: never;
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
        /**
         * Who is logged in
         * @description Of the cookie or the token that is sent.
         */
        get: operations["getSession"];
        put?: never;
        post?: never;
        delete?: never;
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
        /**
         * Where one is logged in, the latest login first
         * @description The command API ends one of them, or all.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's tags, and how many recipes have each
         * @description Those of most recipes first, then by name. Tags that differ in case, accents or punctuation are one, under
         *     the name that most recipes have; as `tag` of a search it finds as many as are counted.
         */
        get: operations["listTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Change: {
            /**
             * Format: int64
             * @description The user's change number.
             */
            change: number;
            deleted: boolean;
            /** Format: uuid */
            id: string;
            /** @description The recipe as it is now; null where it is deleted. */
            recipe: components["schemas"]["Recipe"] | null;
            /** Format: int64 */
            version: number;
        };
        ChangePage: {
            changes: components["schemas"]["Change"][];
            /** @description Whether there is more already. */
            more: boolean;
            /**
             * Format: int64
             * @description The `since` of the next call.
             */
            next: number;
        };
        Device: {
            /** @description What the browser called itself at the login. */
            agent: string;
            /**
             * Format: date-time
             * @description Of the login.
             */
            created_at: string;
            /** @description Whether it is the session of this request. */
            current: boolean;
            /** @description The command API ends the session by it. It lets nobody in. */
            id: string;
            /**
             * Format: date-time
             * @description Of the last request, to within the hour.
             */
            seen_at: string;
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
        Minutes: number | null;
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
        RecipeItem: {
            cook_minutes: number | null;
            /** Format: uuid */
            id: string;
            name: string;
            prep_minutes: number | null;
            /** Format: double */
            servings: number | null;
            tags: string[];
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        RecipePage: {
            items: components["schemas"]["RecipeItem"][];
            /** @description Null on the last page. */
            next_cursor: string | null;
            /** @description How many more there are that match by a typo, and don't count. */
            similar: number;
            /** @description How many recipes match, on all pages. Those that match by a typo count only where none matches without. */
            total: number;
        };
        /**
         * @description The same amount in another unit, `1 pound (500g)`; what is in each, `1 (14 oz) can`; or what comes on
         *     top, `1 cup plus 2 tbsp`.
         * @enum {string}
         */
        Relation: "same" | "each" | "plus";
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
        /** Format: double */
        Servings: number | null;
        Session: {
            user: components["schemas"]["User"];
        };
        SessionList: {
            items: components["schemas"]["Device"][];
        };
        /**
         * @description Where it is from: an address, or any words, `Grandmother's book, page 12`. It is a link where it begins with http:// or
         *     https://, and nowhere else: `javascript:` is words like any other.
         */
        Source: string;
        Step: {
            section: string;
            text: string;
        };
        Tag: {
            /** @description How many recipes have it. */
            count: number;
            name: string;
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
        Version: {
            /** @description The recipe's name at that version. */
            name: string;
            /** Format: date-time */
            time: string;
            /** @description What happened, as an event type: recipe.updated. */
            type: string;
            /** Format: int64 */
            version: number;
        };
        VersionPage: {
            items: components["schemas"]["Version"][];
            /**
             * Format: int64
             * @description Null on the last page.
             */
            next_before: number | null;
        };
    };
    responses: {
        /** @description The request can't be read, or a parameter is outside its limits; `errors` names it. */
        BadRequest: {
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
        /**
         * @description It would take longer than 1.5 s of a core, compare more than 100,000 words or look at more than 2,000,000
         *     documents. Only names that are made for it have so many words of one beginning.
         */
        TooCostly: {
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
        /** @description `<recipe>@<version>`, as a command answered with it: the read has seen that write. */
        LarderAfter: string;
        /** @description The last change number that the caller has; 0 for none. */
        Since: number;
    };
    requestBodies: never;
    headers: {
        /** @description The version in quotes. */
        ETag: string;
        /** @description Which store answered. */
        LarderServedBy: "search" | "cache" | "postgres" | "backup";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listChanges: {
        parameters: {
            query?: {
                /** @description How many changes to give at most. */
                limit?: number;
                /** @description The last change number that the caller has; 0 for none. */
                since?: components["parameters"]["Since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes. */
            200: {
                headers: {
                    "Larder-Served-By": components["headers"]["LarderServedBy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description The last change number that the caller has; 0 for none. */
                since?: components["parameters"]["Since"];
            };
            header?: {
                /** @description The change number last received; a browser sends it by itself. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    searchRecipes: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before, with the same `q` and `tag`s. */
                cursor?: string;
                /** @description How many to give at most. */
                limit?: number;
                /** @description Words of the name. Blank finds all. */
                q?: string;
                /** @description Only recipes with this tag, whatever its case and accents. Given several times, with all of them. */
                tag?: string[];
            };
            header?: {
                /** @description `<recipe>@<version>`, as a command answered with it: the read has seen that write. */
                "Larder-After"?: components["parameters"]["LarderAfter"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    "Larder-Served-By": components["headers"]["LarderServedBy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecipePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            422: components["responses"]["TooCostly"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the caller has; 304 where it is still the one. */
                "If-None-Match"?: string;
                /** @description `<recipe>@<version>`, as a command answered with it: the read has seen that write. */
                "Larder-After"?: components["parameters"]["LarderAfter"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recipe. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Larder-Served-By": components["headers"]["LarderServedBy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recipe"];
                };
            };
            /** @description The caller has this version. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    listVersions: {
        parameters: {
            query?: {
                /** @description Only versions smaller than this, which is the `next_before` of the page before. */
                before?: number;
                /** @description How many to give at most. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["TextGone"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    getVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recipe as it was. A version never changes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recipe"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["TextGone"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user of this session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every session of this user. */
            200: {
                headers: {
                    /** @description no-store */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTags: {
        parameters: {
            query?: never;
            header?: {
                /** @description `<recipe>@<version>`, as a command answered with it: the read has seen that write. */
                "Larder-After"?: components["parameters"]["LarderAfter"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    "Larder-Served-By": components["headers"]["LarderServedBy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            422: components["responses"]["TooCostly"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Unavailable"];
        };
    };
}
