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
         * List the user's changes after a change number
         * @description Each recipe is listed once, with its last change, in order of change number. While `more` is true, ask again
         *     with `since` = `next`. A page of long recipes may end early, with `more`.
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
    "/api/deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the deleted recipes that can be restored, latest deletion first
         * @description The command API restores one at its `version`. A deleted recipe's text is erased after a while.
         */
        get: operations["listDeleted"];
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
         * Stream changes as they happen
         * @description Server-sent events: `id` is the change number, `event` is `change`, `data` is a Change. The stream starts
         *     after `Last-Event-ID`, otherwise after `since`, otherwise now. Comment lines keep the connection alive. The
         *     stream ends with the session.
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
    "/api/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download all of the user's recipes
         * @description Streams every recipe that isn't deleted, in a format of Larder's or of other programs. A person has one export
         *     at a time. If a store fails meanwhile, or the session ends, the connection is cut off before the end.
         */
        get: operations["exportRecipes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/foods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List foods of the user's recipes and how many recipes have each
         * @description Most common first, then by name. Foods are folded and singular, and include the consecutive words that `with`
         *     finds them by; a search by `with` finds exactly the counted recipes.
         */
        get: operations["listFoods"];
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
         * Search the user's recipes by name, or list all
         * @description Every word of `q` must match a word of the name: exactly, as its beginning, with a typo, or as the second
         *     part of a compound, ranked in that order and then by name. Without `q`: all recipes, by name. Case and
         *     accents are ignored, and so are differences between hyphens or apostrophes, and between "&" and "and".
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
         * Get a whole recipe
         * @description Includes the addresses of its files, signed for this answer.
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
         * List a recipe's versions, newest first
         * @description A deleted recipe keeps its history until its text is erased. The command API restores a version.
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
         * Get a recipe as it was at a version
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
         * Get the logged-in user
         * @description The user of the cookie or token sent.
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
         * List the user's sessions, latest login first
         * @description The command API can end one or all of them.
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
         * List the user's tags and how many recipes have each
         * @description Most common first, then by name. Tags that differ only in case, accents or punctuation are one, under its
         *     most common name; a search by `tag` finds exactly the counted recipes.
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
        /** @description Who wrote the recipe. */
        Author: string;
        Change: {
            /**
             * Format: int64
             * @description The user's change number.
             */
            change: number;
            deleted: boolean;
            /** Format: uuid */
            id: string;
            /** @description The recipe's current state; null if deleted. */
            recipe: components["schemas"]["Recipe"] | null;
            /** Format: int64 */
            version: number;
        };
        ChangePage: {
            changes: components["schemas"]["Change"][];
            /** @description Whether more changes exist already. */
            more: boolean;
            /**
             * Format: int64
             * @description The `since` of the next call.
             */
            next: number;
        };
        DeletedPage: {
            items: components["schemas"]["DeletedRecipe"][];
            /**
             * Format: int64
             * @description Null on the last page.
             */
            next_before: number | null;
        };
        DeletedRecipe: {
            /** Format: date-time */
            deleted_at: string;
            /**
             * Format: date-time
             * @description After this its text is erased; null for never.
             */
            erased_at: string | null;
            /** Format: uuid */
            id: string;
            name: string;
            /**
             * Format: int64
             * @description The last version before the deletion.
             */
            version: number;
        };
        Device: {
            /** @description The User-Agent at login. */
            agent: string;
            /**
             * Format: date-time
             * @description Time of the login.
             */
            created_at: string;
            /** @description Whether it is this request's session. */
            current: boolean;
            /** @description Identifies the session to the command API. It doesn't grant access. */
            id: string;
            /**
             * Format: date-time
             * @description Time of the last request, to within an hour.
             */
            seen_at: string;
        };
        FieldError: {
            detail: string;
            /** @description A path such as `ingredients[2].text`, or a parameter's name; empty for the whole body. */
            field: string;
        };
        File: {
            /** @description A picture's most frequent colour as #rrggbb. Empty if it isn't a picture, or not known. */
            color: string;
            /** Format: uuid */
            id: string;
            /** @description Detected from the content. */
            media_type: string;
            /** @description The caller's name for it, without a folder. */
            name: string;
            /** @description Lower-case hex. */
            sha256: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
            /**
             * @description A picture's scaled versions, present if there is a `url`. They don't contain the location or other EXIF
             *     data.
             */
            sizes?: components["schemas"]["PictureSize"][];
            /** @description The signed address of its bytes, valid for at least a day. Only in a recipe's detail, and in the answer to the upload. */
            url?: string;
        };
        Food: {
            /** @description The number of recipes that have it. */
            count: number;
            /** @description Folded and singular: olive oil, creme fraiche, leek. */
            name: string;
        };
        Ingredient: {
            name: string;
            note: string;
            quantity: components["schemas"]["Quantity"];
            quantity_max: components["schemas"]["Quantity"];
            second: components["schemas"]["SecondMeasure"];
            section: string;
            /** @description The line as written. */
            text: string;
            unit: string;
        };
        /**
         * @description The language of the recipe's text, as a BCP 47 tag: `de`, `pt-BR`. It is answered in its usual spelling:
         *     `pt_br` becomes `pt-BR`.
         */
        Language: string;
        Minutes: number | null;
        /**
         * @description The recipe's nutrition in its own words, `240 kcal`, under the names of schema.org/NutritionInformation. A
         *     value that it doesn't state is missing.
         */
        Nutrition: {
            calories?: string;
            carbohydrateContent?: string;
            cholesterolContent?: string;
            fatContent?: string;
            fiberContent?: string;
            proteinContent?: string;
            saturatedFatContent?: string;
            /** @description What the other values are for: `1 slice`. */
            servingSize?: string;
            sodiumContent?: string;
            sugarContent?: string;
            transFatContent?: string;
            unsaturatedFatContent?: string;
        };
        PictureSize: {
            /** @description Maximum pixels of the longer edge. */
            edge: number;
            media_type: string;
            url: string;
        };
        /** @description An RFC 9457 problem. Further members are specific to the kind of problem. */
        Problem: {
            /** @description What is wrong with this request. */
            detail?: string;
            /** @description The errors by field. */
            errors?: components["schemas"]["FieldError"][];
            /** Format: uri-reference */
            instance?: string;
            /** @description For a per-person limit, what is limited. */
            kind?: string;
            /**
             * Format: int64
             * @description If a limit was exceeded, the limit.
             */
            limit?: number;
            status: number;
            title: string;
            /**
             * Format: uri-reference
             * @description The kind of problem: about:blank, or a name that begins with `urn:larder:problem:`.
             */
            type: string;
        };
        /** Format: double */
        Quantity: number | null;
        /** @description Stars; null if there is none. */
        Rating: number | null;
        Recipe: {
            author: components["schemas"]["Author"];
            cook_minutes: components["schemas"]["Minutes"];
            /** Format: date-time */
            created_at: string;
            description: string;
            favourite: boolean;
            files: components["schemas"]["File"][];
            /** Format: uuid */
            id: string;
            ingredients: components["schemas"]["Ingredient"][];
            language: components["schemas"]["Language"];
            name: string;
            notes: string;
            nutrition: components["schemas"]["Nutrition"];
            prep_minutes: components["schemas"]["Minutes"];
            rating: components["schemas"]["Rating"];
            servings: components["schemas"]["Servings"];
            source_url: components["schemas"]["Source"];
            steps: components["schemas"]["Step"][];
            tags: string[];
            total_minutes: components["schemas"]["Minutes"];
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
            yield: components["schemas"]["Yield"];
        };
        RecipeItem: {
            cook_minutes: number | null;
            /** @description False if it is missing. */
            favourite?: boolean;
            /** Format: uuid */
            id: string;
            name: string;
            prep_minutes: number | null;
            rating?: components["schemas"]["Rating"];
            /** Format: double */
            servings: number | null;
            tags: string[];
            total_minutes?: number | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        RecipePage: {
            items: components["schemas"]["RecipeItem"][];
            /** @description Null on the last page. */
            next_cursor: string | null;
            /** @description The number of further matches with a typo, which aren't included. */
            similar: number;
            /** @description The number of matches on all pages. Matches with a typo count only if there are no others. */
            total: number;
        };
        /**
         * @description The same amount in another unit, `1 pound (500g)`; the content of each, `1 (14 oz) can`; or an additional
         *     amount, `1 cup plus 2 tbsp`.
         * @enum {string}
         */
        Relation: "same" | "each" | "plus";
        /** @description A second measure of the amount. */
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
         * @description The recipe's source: an address, or any text, such as `Grandmother's book, page 12`. It is only a link if it
         *     begins with http:// or https://: `javascript:` is plain text.
         */
        Source: string;
        Step: {
            section: string;
            text: string;
        };
        Tag: {
            /** @description The number of recipes that have it. */
            count: number;
            name: string;
        };
        User: {
            /** @description Has access to operator functions. */
            admin: boolean;
            /** @description Has access to the grocery list. */
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
            /** @description The event type: recipe.updated, for example. */
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
        /** @description What it makes, in words: `12 slices`. */
        Yield: string;
    };
    responses: {
        /** @description The request is malformed, or a parameter is outside its limits; `errors` names it. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The request's address and headers exceed 32 KiB in total. The server answers in plain text, before it knows
         *     what is requested.
         */
        LongHeaders: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/plain": string;
            };
        };
        /** @description No session, or it has ended. */
        NoSession: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The user has no such recipe. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `Larder-User` names a different person than the session (the type is `urn:larder:problem:other-person`), or
         *     the request came from another site's page. Nothing was done.
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
         * @description The recipe was deleted so long ago that its text has been erased and can't be restored: the type is
         *     `urn:larder:problem:text-gone`. The operator sets this time; the default is 90 days. For a repeated
         *     Idempotency-Key it means that the command was done, but its answer has been erased.
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
         * @description The search would take more than 1.5 s of CPU time, compare more than 100,000 words or examine more than
         *     2,000,000 documents. Only names made for this purpose have so many words with the same beginning.
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
         * @description Too many requests by one person, concurrently or per second. The type is
         *     `urn:larder:problem:too-many-requests`, `kind` names what is limited, and `limit` is the limit if it is a
         *     single number. Nothing was done. Send the request again after `Retry-After` seconds.
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
        /** @description A required store is unavailable; try again after `Retry-After` seconds. */
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
        /** @description `<recipe>@<version>` from a command's answer: the read is guaranteed to see that write. */
        LarderAfter: string;
        /** @description The caller's last change number; 0 for none. */
        Since: number;
    };
    requestBodies: never;
    headers: {
        /** @description The version in quotes. */
        ETag: string;
        /** @description The store that answered. */
        LarderServedBy: "search" | "cache" | "postgres" | "backup";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listChanges: {
        parameters: {
            query?: {
                /** @description The maximum number of changes. */
                limit?: number;
                /** @description The caller's last change number; 0 for none. */
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
    listDeleted: {
        parameters: {
            query?: {
                /** @description The previous page's `next_before`. */
                before?: number;
                /** @description The maximum number of results. */
                limit?: number;
            };
            header?: never;
            path?: never;
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
                    "application/json": components["schemas"]["DeletedPage"];
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
                /** @description The caller's last change number; 0 for none. */
                since?: components["parameters"]["Since"];
            };
            header?: {
                /** @description The last change number received; browsers send it automatically. */
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
    exportRecipes: {
        parameters: {
            query?: {
                /**
                 * @description `larder`: a line of JSON for each recipe, exactly as it is, without the bytes of its files. `json-ld`: a zip
                 *     of schema.org recipes with their pictures, for Nextcloud Cookbook, Mealie and Tandoor. `cooklang`: a zip of
                 *     .cook files with a picture each. `paprika`: an archive for Paprika 3. `pdf`: a cookbook to print.
                 */
                format?: "larder" | "json-ld" | "cooklang" | "paprika" | "pdf";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export. */
            200: {
                headers: {
                    /** @description A file name for it. */
                    "Content-Disposition"?: string;
                    "Larder-Served-By": components["headers"]["LarderServedBy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                    "application/x-ndjson": string;
                    "application/zip": string;
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
    listFoods: {
        parameters: {
            query?: {
                /** @description The maximum number of foods. */
                limit?: number;
                /** @description Only foods that begin like this, ignoring case and accents. */
                prefix?: string;
            };
            header?: {
                /** @description `<recipe>@<version>` from a command's answer: the read is guaranteed to see that write. */
                "Larder-After"?: components["parameters"]["LarderAfter"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The foods. */
            200: {
                headers: {
                    "Larder-Served-By": components["headers"]["LarderServedBy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Food"][];
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
    searchRecipes: {
        parameters: {
            query?: {
                /** @description The previous page's `next_cursor`, with the same parameters. */
                cursor?: string;
                /** @description With `true`, only favourites. `false` restricts nothing. */
                favourite?: boolean;
                /** @description The maximum number of results. */
                limit?: number;
                /** @description Only recipes that take at most so many minutes in all. Those that don't say how long they take aren't found. */
                max_minutes?: number;
                /** @description Words of the name. Blank matches all. */
                q?: string;
                /**
                 * @description The order of the results: by `name`; the `newest` first; the last `changed` first; by `time`, the quickest
                 *     first and those of unknown time last; by `rating`, most stars first and those without any last. If absent, by relevance, and without `q` by name.
                 */
                sort?: "name" | "newest" | "changed" | "time" | "rating";
                /** @description Only recipes with this tag, ignoring case and accents. If given several times, all tags are required. */
                tag?: string[];
                /**
                 * @description Only recipes with this food among the ingredients: "leek" finds "2 leeks, sliced". Singular and plural,
                 *     case and accents don't matter, and a food is also found by consecutive words of it: "oil" and "olive oil"
                 *     find "extra virgin olive oil". A group of foods finds all of them: meat, poultry, fish, seafood, nuts,
                 *     cheese, dairy. If given several times, all are required.
                 */
                with?: string[];
                /** @description Only recipes without this food among the ingredients, as understood by `with`. May be given several times. */
                without?: string[];
            };
            header?: {
                /** @description `<recipe>@<version>` from a command's answer: the read is guaranteed to see that write. */
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
                /** @description The caller's `ETag`; 304 if it is still current. */
                "If-None-Match"?: string;
                /** @description `<recipe>@<version>` from a command's answer: the read is guaranteed to see that write. */
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
            /** @description The caller's version is current. */
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
                /** @description Only versions below this one: the previous page's `next_before`. */
                before?: number;
                /** @description The maximum number of results. */
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
            /** @description The recipe at that version, which never changes. */
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
            /** @description The session's user. */
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
            /** @description All of the user's sessions. */
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
                /** @description `<recipe>@<version>` from a command's answer: the read is guaranteed to see that write. */
                "Larder-After"?: components["parameters"]["LarderAfter"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All tags. */
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
