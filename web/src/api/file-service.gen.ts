// Code generated from file-service/openapi.yaml by "make generate". DO NOT EDIT.

export interface paths {
    "/api/files/{id}": {
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
         * Take a file off its recipe
         * @description The address of its bytes stops to open at once here; a CDN may have them for a minute longer.
         */
        delete: operations["removeFile"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/files/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin an upload that can go on where it broke off
         * @description The tus protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload), with creation,
         *     creation-with-upload, termination and expiration: any client of it will do. `Upload-Metadata` holds
         *     `recipe`, the id of the recipe, and `filename`. That the recipe is there and has room for another file,
         *     and that the file isn't too large, is looked at before a byte is sent; so is that the unfinished uploads of a
         *     person don't have too many bytes together (429, with Retry-After). `Upload-Defer-Length` and
         *     `Upload-Concat` are refused (400). OPTIONS, which needs no session, answers what there is: `Tus-Version`,
         *     `Tus-Extension` and `Tus-Max-Size`.
         */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/files/uploads/{id}": {
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
         * Give an upload up
         * @description A file that it has become already stays on its recipe.
         */
        delete: operations["dropUpload"];
        options?: never;
        /**
         * How much of an upload is here
         * @description Where every byte is here, the file is on its recipe when this is answered: should that have failed before,
         *     it is done now.
         */
        head: operations["askUpload"];
        /**
         * The next bytes of an upload
         * @description Whatever arrives is kept, also where the connection breaks off. The answer to the last byte comes when the
         *     file is on its recipe.
         */
        patch: operations["continueUpload"];
        trace?: never;
    };
    "/api/recipes/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a file on a recipe
         * @description A form (multipart/form-data) with one part that has a file name; what else is in the form is not looked
         *     at. Any type of file is taken. The media type is that of the content, whatever the request says. The
         *     bytes are taken as they come, so the caller can show how far it is.
         */
        post: operations["attachFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{owner}/{sha256}/{variant}/{name}": {
        parameters: {
            query?: never;
            header?: {
                /** @description Which bytes, in 16 parts at most. */
                Range?: string;
            };
            path: {
                name: string;
                owner: string;
                sha256: string;
                /** @description `original`, or a size of a picture. */
                variant: string;
            };
            cookie?: never;
        };
        /**
         * The bytes of a file
         * @description A signed address, as a recipe's detail gives it in `url`: take it as it is, with its query, which is that of
         *     whoever signs. It may be on another host, a CDN's. It needs no session and opens until it expires; what is under
         *     it never changes. What a browser could run goes as `application/octet-stream`.
         */
        get: operations["deliverFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        /**
         * What a file is, without its bytes
         * @description Its headers are those of GET.
         */
        head: operations["askFile"];
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
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
    };
    responses: {
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
        /**
         * @description What is wrong. 413 and 422 say the limit in `limit`. Where that is how much one person may keep, as files, bytes
         *     or items of the list, the type is `urn:larder:problem:quota`, `kind` says which, and waiting doesn't help. 503 says
         *     in `Retry-After` when to come again.
         */
        Problem: {
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
    };
    parameters: {
        ID: string;
        /** @description Chosen by the caller, once for each command; a UUID does. */
        IdempotencyKey: string;
        /** @description The version of the protocol, 1.0.0; another is 412. */
        TusResumable: string;
    };
    requestBodies: never;
    headers: {
        /** @description It never changes. */
        FileTag: string;
        /** @description `<recipe>@<version>`; a read that sends it back has seen this write. */
        LarderAfter: string;
        /** @description The id of the file that a whole upload became; the recipe's detail has it. */
        LarderFile: string;
        /** @description How many bytes are here. */
        UploadOffset: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    removeFile: {
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
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Problem"];
        };
    };
    createUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description The version of the protocol, 1.0.0; another is 412. */
                "Tus-Resumable"?: components["parameters"]["TusResumable"];
                /** @description The size of the whole file, in bytes. */
                "Upload-Length": number;
                /** @description `recipe <base64>,filename <base64>` */
                "Upload-Metadata": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description Nothing, or the first bytes. */
        requestBody?: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description The upload is open at the address in Location. */
            201: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    "Larder-File": components["headers"]["LarderFile"];
                    Location?: string;
                    /** @description When it is removed if nothing more comes; each request that brings bytes puts it off. */
                    "Upload-Expires"?: string;
                    "Upload-Offset": components["headers"]["UploadOffset"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Problem"];
        };
    };
    dropUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version of the protocol, 1.0.0; another is 412. */
                "Tus-Resumable"?: components["parameters"]["TusResumable"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Problem"];
        };
    };
    askUpload: {
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
            /** @description Go on from Upload-Offset. */
            200: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    "Larder-File": components["headers"]["LarderFile"];
                    "Upload-Length"?: number;
                    "Upload-Offset": components["headers"]["UploadOffset"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As everywhere, without a body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As everywhere, without a body. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As everywhere, without a body. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As everywhere, without a body: it expired, or never was. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As the last PATCH answers, without a body: the whole file can't be on its recipe. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As the last PATCH answers, without a body: the whole file can't be on its recipe. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As everywhere, without a body. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            431: components["responses"]["LongHeaders"];
            /** @description As everywhere, without a body. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    continueUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description The version of the protocol, 1.0.0; another is 412. */
                "Tus-Resumable"?: components["parameters"]["TusResumable"];
                /** @description Where these bytes begin, as the server told last. */
                "Upload-Offset": number;
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description They are here. */
            204: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    "Larder-File": components["headers"]["LarderFile"];
                    "Upload-Offset": components["headers"]["UploadOffset"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            412: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            423: components["responses"]["Problem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Problem"];
        };
    };
    attachFile: {
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
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description The file as it is kept. */
            201: {
                headers: {
                    "Larder-After": components["headers"]["LarderAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            408: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["TooMany"];
            431: components["responses"]["LongHeaders"];
            503: components["responses"]["Problem"];
        };
    };
    deliverFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description Which bytes, in 16 parts at most. */
                Range?: string;
            };
            path: {
                name: string;
                owner: string;
                sha256: string;
                /** @description `original`, or a size of a picture. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it. */
            200: {
                headers: {
                    ETag: components["headers"]["FileTag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The bytes that Range asks for, of several ranges as `multipart/byteranges`. */
            206: {
                headers: {
                    ETag: components["headers"]["FileTag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The caller has it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            /**
             * @description The address is forged, altered or expired, its owner is disabled, or a browser would make it part of a page
             *     (`Sec-Fetch-Dest`).
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["Problem"];
            /** @description It isn't the one that If-Match names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No byte of the file is in Range (`Content-Range` says how many there are), or it asks for more than 16 parts. */
            416: {
                headers: {
                    "Content-Range"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description More files of one person at once, or a second, than may be delivered, whoever reads them; otherwise as
             *     everywhere. Pictures on a page are asked for again after `Retry-After` seconds.
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
            503: components["responses"]["Problem"];
        };
    };
    askFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description Which bytes, in 16 parts at most. */
                Range?: string;
            };
            path: {
                name: string;
                owner: string;
                sha256: string;
                /** @description `original`, or a size of a picture. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As GET, without a body. */
            200: {
                headers: {
                    ETag: components["headers"]["FileTag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As GET, without a body. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The caller has it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As everywhere, without a body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As GET, without a body. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As GET, without a body. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As GET, without a body. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As GET, without a body. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As GET, without a body. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            431: components["responses"]["LongHeaders"];
            /** @description As everywhere, without a body. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
