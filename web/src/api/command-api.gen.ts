// Code generated from command-api/openapi.yaml by "make generate". DO NOT EDIT.

export interface paths {
    "/api/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change one's own password
         * @description Ends the user's sessions on other devices; this one goes on. A wrong old password counts like a failed login.
         *     The request may be repeated if its answer was lost.
         */
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
         * Parse ingredient lines
         * @description Parses lines as people write them in English, German, French, Italian, Spanish, Dutch and Swedish; nothing
         *     is stored. There is one answer per line, in order, with the line as sent. What can't be parsed stays text:
         *     an amount is never guessed.
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
         * Create a recipe
         * @description Larder generates the id. To choose the id, use putRecipe.
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
         * Replace a recipe, or create one with a chosen id
         * @description `If-Match: "<version>"` replaces the recipe if that is still its version; `If-Match: *` replaces any
         *     version. `If-None-Match: *` creates it if it doesn't exist or was deleted. One of the two is required. A
         *     replacement that changes nothing creates no version: the answer is the unchanged recipe.
         */
        put: operations["putRecipe"];
        post?: never;
        /**
         * Delete a recipe
         * @description It can be restored (restoreRecipe), including its files for 30 days.
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
         * Put a recipe's ingredients on the grocery list
         * @description Requires access to the grocery app. Each item keeps the line's own wording; scaled numbers are written in
         *     the first supported language of Accept-Language.
         */
        post: operations["requestGrocery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{id}/mark": {
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
         * Make a recipe a favourite, or rate it
         * @description A missing field stays as it is. The recipe gets a new version, but `updated_at` stays. A write that expects
         *     the version from before it by `If-Match` isn't refused because of it: marks are no part of what it replaces.
         */
        put: operations["markRecipe"];
        post?: never;
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
         * Make an earlier version current
         * @description Creates a new version with that version's content. It also restores a deleted recipe, including its files if
         *     it was deleted at most 30 days ago. Otherwise the files stay as they are now. The query API lists the
         *     versions.
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
         * @description Failed logins are counted. Above 10 a minute for one address and name, 60 a minute for one address, or 50 an
         *     hour for one name from all unknown devices, the answer is 429 for a while. A device that has logged in before
         *     (the cookie `larder_device`) is known, and so is its address: guessing can't lock it out.
         */
        post: operations["logIn"];
        /**
         * Log out
         * @description Ends this request's session only.
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
         * @description Ends the sessions on every device, including this one.
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
         * @description Usually another device's session, but the current one is allowed.
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
        /** @description Who wrote the recipe. */
        Author: string;
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
            /** @description Positions in the recipe's list, from 0; all if missing. */
            ingredients?: number[] | null;
            /**
             * Format: double
             * @description How many servings to buy for; the recipe's if missing.
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
            /** @description The line as written. */
            text: string;
            unit: string;
        };
        /**
         * @description A line of text, its parts, or both. A missing text is composed from the parts. A row sent as text alone is
         *     parsed, and answered with its parts and its text as written; what can't be parsed stays text. Parts that are
         *     sent are kept. Missing ones are taken from the line: the amount if only the food is sent, the food or the
         *     second measure if the amount matches the line's. `unit` and `note` without `quantity` and `name` don't count
         *     as parts: a note is kept, and the unit is taken from the line.
         *
         *     When a recipe is replaced, a line that is sent as text alone and that the recipe already has keeps its
         *     parts; and a new line sent with exactly the parts of one of the recipe's previous lines is parsed again,
         *     because its text was changed but its parts weren't.
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
        /**
         * @description The language of the recipe's text, as a BCP 47 tag: `de`, `pt-BR`. It is answered in its usual spelling:
         *     `pt_br` becomes `pt-BR`.
         */
        Language: string;
        Mark: {
            favourite: boolean;
            rating: components["schemas"]["Rating"];
        };
        MarkRequest: {
            favourite?: boolean;
            /** @description Stars. 0 or null takes the rating back. */
            rating?: number | null;
        };
        Minutes: number | null;
        NewPassword: {
            /** @description 10 to 1,000 characters, and not among those that are guessed first. */
            new: string;
            old: string;
        };
        NewSession: {
            /** @description For `Authorization: Bearer <token>`. */
            token: string;
            user: components["schemas"]["User"];
        };
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
        ParsedIngredient: {
            /** @description The food as a shopper would name it: `fresh parsley`. */
            name: string;
            /** @description Size, preparation, purpose and comments: `finely chopped`, `to taste`. */
            note: string;
            /**
             * Format: double
             * @description The first amount; null if there is none.
             */
            quantity: number | null;
            /**
             * Format: double
             * @description The upper end of a range.
             */
            quantity_max: number | null;
            second: components["schemas"]["SecondMeasure"];
            /** @description The line as sent. */
            text: string;
            /** @description The unit's short form: `g`, `tbsp`, `cup`, `clove`; empty for a count. */
            unit: string;
        };
        ParsedIngredients: {
            ingredients: components["schemas"]["ParsedIngredient"][];
        };
        ParseRequest: {
            lines: string[];
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
        /**
         * @description A recipe's content. A missing field is empty. A recipe can be sent back as it was read: Larder sets id,
         *     files, favourite, rating, version, created_at and updated_at itself and ignores them here.
         *
         *     Programs written before there were `yield`, `total_minutes`, `author`, `language` and `nutrition` send none
         *     of the five. A recipe that is replaced so keeps its own; send at least one to replace all of them.
         */
        RecipeInput: {
            author?: components["schemas"]["Author"];
            cook_minutes?: components["schemas"]["Minutes"];
            /** @description Ignored. */
            created_at?: unknown;
            description?: string;
            /** @description Ignored. */
            favourite?: unknown;
            /** @description Ignored. */
            files?: unknown;
            /** @description Ignored. */
            id?: unknown;
            ingredients?: components["schemas"]["IngredientInput"][];
            language?: components["schemas"]["Language"];
            name: string;
            notes?: string;
            nutrition?: components["schemas"]["Nutrition"];
            prep_minutes?: components["schemas"]["Minutes"];
            /** @description Ignored. */
            rating?: unknown;
            servings?: components["schemas"]["Servings"];
            source_url?: components["schemas"]["Source"];
            steps?: components["schemas"]["StepInput"][];
            /** @description Soup and soup are the same tag; the first spelling is kept. */
            tags?: string[];
            total_minutes?: components["schemas"]["Minutes"];
            /** @description Ignored. */
            updated_at?: unknown;
            /** @description Ignored. */
            version?: unknown;
            yield?: components["schemas"]["Yield"];
        };
        RecipeRef: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        /**
         * @description The same amount in another unit, `1 pound (500g)`; the content of each, `1 (14 oz) can`; or an additional
         *     amount, `1 cup plus 2 tbsp`.
         * @enum {string}
         */
        Relation: "same" | "each" | "plus";
        RestoreRequest: {
            /** Format: int64 */
            version: number;
        };
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
        /** @description A second measure of the amount. It requires a quantity. */
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
         * @description The recipe's source: an address, or any text, such as `Grandmother's book, page 12`. It is only a link if it
         *     begins with http:// or https://: `javascript:` is plain text.
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
            /** @description Has access to operator functions. */
            admin: boolean;
            /** @description Has access to the grocery list. */
            grocery: boolean;
            /** Format: uuid */
            id: string;
            name: string;
        };
        /** @description What it makes, in words: `12 slices`. */
        Yield: string;
    };
    responses: {
        /**
         * @description The command with this Idempotency-Key was done, but the text of its answer has since been deleted, because
         *     the recipe was deleted longer ago than its text is kept. The type is `urn:larder:problem:text-gone`.
         */
        AnswerGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is malformed, or a parameter is outside its limits; `errors` names it. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The recipe isn't at the version that the caller expects; `current` is its current state. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ConflictProblem"];
            };
        };
        /** @description The recipe as stored. */
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
         * @description A field is outside its limits, and `errors` names it; or the Idempotency-Key was used for a different
         *     request; or the user has reached their recipe limit: then the type is `urn:larder:problem:quota`, `limit` is
         *     the limit, and retrying doesn't help.
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
        /** @description The recipe as stored. */
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
        ID: string;
        /** @description Chosen by the caller for each command, for example a UUID. */
        IdempotencyKey: string;
        /** @description The `ETag` of the caller's version, or `*`. */
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
        /** @description `<recipe>@<version>`; a read that sends it back is guaranteed to see this write. */
        LarderAfter: string;
        /** @description The recipe's address. */
        Location: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description The password is changed. */
            204: {
                headers: {
                    /** @description larder_device, which identifies the device at its next login */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJSON"];
            /** @description The old password is wrong, or the new one too short, too long or easily guessed. `errors` says which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many wrong passwords, or too many requests; try again after `Retry-After` seconds. */
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
                /** @description Chosen by the caller for each command, for example a UUID. */
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
                /** @description Chosen by the caller for each command, for example a UUID. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The `ETag` of the caller's version, or `*`. */
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
                /** @description Chosen by the caller for each command, for example a UUID. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The `ETag` of the caller's version, or `*`. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
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
                /** @description Chosen by the caller for each command, for example a UUID. */
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
            /** @description The request is on its way to the grocery app. */
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
            /** @description The user has no access to the grocery app; or one of the general reasons for 403. */
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
    markRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Chosen by the caller for each command, for example a UUID. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkRequest"];
            };
        };
        responses: {
            /** @description The recipe's mark. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Larder-After": components["headers"]["LarderAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Mark"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
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
                /** @description Chosen by the caller for each command, for example a UUID. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The `ETag` of the caller's version, or `*`. */
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
            /** @description The user has no such recipe, or it never had that version. */
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
            /** @description A new session. The cookie contains the token too. */
            200: {
                headers: {
                    /** @description larder_session, and larder_device, which identifies the device at its next login */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description Unknown name, wrong password or disabled account; the answer doesn't reveal which. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request came from another site's page. */
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
             * @description Too many failed logins, or too many logins from this address, concurrently or per second; try again
             *     after `Retry-After` seconds.
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
            /** @description The session has ended. */
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
            /** @description All of the user's sessions have ended, including this one. */
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
                /** @description An id from the query API's list. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NoSession"];
            403: components["responses"]["OtherPerson"];
            /** @description The user has no such session, or it has ended. */
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
