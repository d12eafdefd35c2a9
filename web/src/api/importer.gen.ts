// Code generated from importer/openapi.yaml by "make generate". DO NOT EDIT.

export interface paths {
    "/api/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List imports
         * @description The newest first, twenty at a time.
         */
        get: operations["listImports"];
        put?: never;
        /**
         * Import recipes
         * @description As JSON: the address of a page that Larder fetches (`url`); a page as the browser has it (`html`, with its
         *     `url` if known); or a recipe as text (`text`). As a form (multipart/form-data) with one part that has a file
         *     name: an archive of another program, a page or a text. The kind of file is detected. JSON may have 12 MiB, a
         *     file 1 GiB. A page has 15 s and 10 MB, and must be in the public internet.
         *
         *     The import goes on by itself: ask for it at the address in Location. With `dry_run`, the answer is what was
         *     found, and nothing is kept.
         */
        post: operations["createImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an import
         * @description It shows every step that was taken before the request.
         */
        get: operations["getImport"];
        put?: never;
        post?: never;
        /**
         * Cancel an import
         * @description It stops at the next recipe; what it has written stays, and can be undone. Nothing happens to an import that
         *     has ended.
         */
        delete: operations["cancelImport"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an import back
         * @description Deletes the recipes that it created, and restores those that it replaced, except those that were changed since
         *     (`kept`). It goes on by itself,
         *     like the import: `state` is `undoing`, then `undone`. One that is under way is stopped first. Undoing again
         *     does nothing.
         */
        post: operations["undoImport"];
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
        Doubt: {
            field: string;
            text: string;
            why: string;
        };
        FieldError: {
            detail: string;
            /** @description A path such as `ingredients[2].text`, or a parameter's name; empty for the whole body. */
            field: string;
        };
        /** @description A recipe as found. It isn't checked against the limits of a recipe. */
        FoundContent: {
            author: string;
            cook_minutes: number | null;
            description: string;
            image_url: string;
            ingredients: components["schemas"]["Ingredient"][];
            language: string;
            name: string;
            notes: string;
            nutrition: components["schemas"]["Nutrition"];
            prep_minutes: number | null;
            /** Format: double */
            servings: number | null;
            source_url: string;
            steps: components["schemas"]["Step"][];
            tags: string[];
            total_minutes: number | null;
            /** @description As written, `12 slices`. */
            yield: string;
        };
        FoundRecipe: {
            /** @description What a cook should check. */
            doubts: components["schemas"]["Doubt"][];
            /** @description The recipes like it that are there. */
            duplicates: string[];
            /** @description Where it was found. */
            place: string;
            recipe: components["schemas"]["FoundContent"];
        };
        Import: {
            cancelled: boolean;
            /** Format: date-time */
            changed_at: string;
            /** @description Those that were added, in the order of the material. */
            created: components["schemas"]["ImportedRecipe"][];
            /** @description How many of them are settled. */
            done: number;
            /** @description Those that were left out, since they are there already. */
            duplicates: components["schemas"]["ImportedDuplicate"][];
            /** @description What gave no recipe. */
            failed: components["schemas"]["ImportFailure"][];
            /** Format: uuid */
            id: string;
            /** @description After undoing, the recipes that were changed since they were imported, and stay. */
            kept: string[];
            /** @description Why it failed, or waits. */
            reason?: string;
            /** @description Those that were there already and have a new version, in the order of the material. */
            replaced: components["schemas"]["ReplacedRecipe"][];
            /** Format: date-time */
            requested_at: string;
            /**
             * Format: date-time
             * @description When a site that is away is asked again.
             */
            retry_at?: string;
            source: components["schemas"]["ImportSource"];
            state: components["schemas"]["ImportState"];
            /** @description How many recipes there are, also those that can't be read; 0 until that is known. */
            total: number;
        };
        ImportBegun: {
            /** Format: uuid */
            id: string;
            state: components["schemas"]["ImportState"];
        };
        /**
         * @description What becomes of recipes that are there already; `skip` if not given.
         * @enum {string}
         */
        ImportDuplicates: "skip" | "replace" | "keep";
        ImportedDuplicate: {
            /** @description The recipes that are there. */
            duplicates: string[];
            /** @description Its place in the material, from 1. */
            number: number;
        };
        ImportedRecipe: {
            /** @description How many things about it a cook should check. */
            doubts: number;
            /** @description The recipes like it that were there before. */
            duplicates: string[];
            /** Format: uuid */
            id: string;
            /** @description As the recipe is called now; empty if it is deleted. */
            name: string;
            /** @description Its place in the material, from 1. */
            number: number;
            /** @description Whether its picture is attached. Missing if it has none, or isn't attached yet. */
            picture?: boolean;
        };
        ImportFailure: {
            /** @description As far as it is known. */
            name: string;
            /** @description The file or address. */
            place: string;
            reason: string;
        };
        ImportList: {
            items: components["schemas"]["Import"][];
            /**
             * Format: int64
             * @description Missing on the last page.
             */
            next_cursor?: number;
        };
        ImportPreview: {
            failed: components["schemas"]["ImportFailure"][];
            /** @description Whether there is more than this. A preview ends after 2,000 recipes, or when it has read for 10 s. */
            more: boolean;
            recipes: components["schemas"]["FoundRecipe"][];
        };
        /** @description Either `url` alone, `html` with or without `url`, or `text`. */
        ImportRequest: {
            duplicates?: components["schemas"]["ImportDuplicates"];
            /** @description The page as the browser has it. */
            html?: string;
            /** @description A recipe as plain text. */
            text?: string;
            /** @description The address of a page. */
            url?: string;
        };
        ImportSource: {
            /** @enum {string} */
            kind: "url" | "html" | "text" | "file";
            /** @description The name of the file. */
            name: string;
            url: string;
        };
        /**
         * @description `waiting` is also for a site that is away, until `retry_at`.
         * @enum {string}
         */
        ImportState: "waiting" | "fetching" | "reading" | "writing" | "done" | "failed" | "undoing" | "undone";
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
        /**
         * @description The same amount in another unit, `1 pound (500g)`; the content of each, `1 (14 oz) can`; or an additional
         *     amount, `1 cup plus 2 tbsp`.
         * @enum {string}
         */
        Relation: "same" | "each" | "plus";
        ReplacedRecipe: {
            /** @description How many things about it a cook should check. */
            doubts: number;
            /** Format: uuid */
            id: string;
            /** @description As the recipe is called now; empty if it is deleted. */
            name: string;
            /** @description Its place in the material, from 1. */
            number: number;
            /** @description Whether undoing the import has restored the version before. */
            restored: boolean;
            /**
             * Format: int64
             * @description The version that the import wrote.
             */
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
        Step: {
            section: string;
            text: string;
        };
    };
    responses: {
        /**
         * @description What is wrong. For 413, `limit` is the limit. For 422 to a dry run, the page can't be had. For 503,
         *     `Retry-After` says when to try again.
         */
        ImportProblem: {
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
    };
    parameters: {
        ID: string;
        /** @description Chosen by the caller for each command, for example a UUID. */
        IdempotencyKey: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listImports: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page. */
                cursor?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The imports. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportList"];
                };
            };
            400: components["responses"]["ImportProblem"];
            401: components["responses"]["ImportProblem"];
            403: components["responses"]["ImportProblem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["ImportProblem"];
        };
    };
    createImport: {
        parameters: {
            query?: {
                /** @description Only show what is found. */
                dry_run?: boolean;
                /**
                 * @description What becomes of a recipe that is there already (with the same source, or the same name and rows): `skip`
                 *     leaves it out; `replace` writes it as a new version of the first such recipe, which keeps its files and its
                 *     history; `keep` adds it all the same. For a form; JSON has a field for it.
                 */
                duplicates?: "skip" | "replace" | "keep";
            };
            header?: {
                /** @description Chosen by the caller for each command, for example a UUID. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportRequest"];
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description For a dry run, what was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportPreview"];
                };
            };
            /** @description The import has begun. */
            202: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportBegun"];
                };
            };
            400: components["responses"]["ImportProblem"];
            401: components["responses"]["ImportProblem"];
            403: components["responses"]["ImportProblem"];
            408: components["responses"]["ImportProblem"];
            413: components["responses"]["ImportProblem"];
            415: components["responses"]["ImportProblem"];
            422: components["responses"]["ImportProblem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["ImportProblem"];
        };
    };
    getImport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["ImportProblem"];
            401: components["responses"]["ImportProblem"];
            403: components["responses"]["ImportProblem"];
            404: components["responses"]["ImportProblem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["ImportProblem"];
        };
    };
    cancelImport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing more is imported. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ImportProblem"];
            401: components["responses"]["ImportProblem"];
            403: components["responses"]["ImportProblem"];
            404: components["responses"]["ImportProblem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["ImportProblem"];
        };
    };
    undoImport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import as it is now. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["ImportProblem"];
            401: components["responses"]["ImportProblem"];
            403: components["responses"]["ImportProblem"];
            404: components["responses"]["ImportProblem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["ImportProblem"];
        };
    };
}
