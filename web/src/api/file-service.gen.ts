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
         * Remove a file from its recipe
         * @description Its address stops working here at once; a CDN may serve it for up to another minute.
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
         * Start a resumable upload
         * @description The tus protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload), with creation,
         *     creation-with-upload, termination and expiration: any tus client works. `Upload-Metadata` contains `recipe`,
         *     the recipe's id, and `filename`. Before any bytes are sent, the server checks that the recipe exists and has
         *     room for another file, that the file isn't too large, and that the person's unfinished uploads don't exceed
         *     their total size limit (429, with Retry-After). `Upload-Defer-Length` and `Upload-Concat` are refused (400).
         *     OPTIONS, which needs no session, returns `Tus-Version`, `Tus-Extension` and `Tus-Max-Size`.
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
         * Abandon an upload
         * @description If it has already become a file, that stays on its recipe.
         */
        delete: operations["dropUpload"];
        options?: never;
        /**
         * Get an upload's progress
         * @description If every byte has arrived, the file is attached to its recipe before the answer, in case that failed
         *     earlier.
         */
        head: operations["askUpload"];
        /**
         * Send an upload's next bytes
         * @description Whatever arrives is kept, even if the connection breaks. The last byte is answered once the file is attached
         *     to its recipe.
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
         * Attach a file to a recipe
         * @description A form (multipart/form-data) with one part that has a file name; other parts are ignored. Any type of file
         *     is accepted. The media type is detected from the content, whatever the request says. The bytes are read as
         *     they arrive, so the caller can show progress.
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
                /** @description The requested bytes, in at most 16 parts. */
                Range?: string;
            };
            path: {
                name: string;
                owner: string;
                sha256: string;
                /** @description `original`, or one of a picture's sizes. */
                variant: string;
            };
            cookie?: never;
        };
        /**
         * Get a file's bytes
         * @description A signed address, from `url` in a recipe's detail. Use it unchanged, including its query, which depends on
         *     the signer. It may be on another host, such as a CDN. It needs no session and is valid until it expires; its
         *     content never changes. Types that a browser could run are served as `application/octet-stream`.
         */
        get: operations["deliverFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        /**
         * Get a file's headers
         * @description The same headers as for GET.
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
    };
    responses: {
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
         * @description What is wrong. For 413 and 422, `limit` is the limit. If that is a person's quota of files, bytes or list
         *     items, the type is `urn:larder:problem:quota`, `kind` names it, and retrying doesn't help. For 503,
         *     `Retry-After` says when to try again.
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
        /** @description The protocol version, 1.0.0; any other is a 412. */
        TusResumable: string;
    };
    requestBodies: never;
    headers: {
        /** @description It never changes. */
        FileTag: string;
        /** @description `<recipe>@<version>`; a read that sends it back is guaranteed to see this write. */
        LarderAfter: string;
        /** @description The id of the file that the complete upload became; the recipe's detail contains it. */
        LarderFile: string;
        /** @description The number of bytes that have arrived. */
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
                /** @description Chosen by the caller for each command, for example a UUID. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
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
                /** @description The protocol version, 1.0.0; any other is a 412. */
                "Tus-Resumable"?: components["parameters"]["TusResumable"];
                /** @description The size of the whole file, in bytes. */
                "Upload-Length": number;
                /** @description `recipe <base64>,filename <base64>` */
                "Upload-Metadata": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description Empty, or the first bytes. */
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
                    /** @description When it is removed if nothing more arrives; each request that brings bytes extends it. */
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
                /** @description The protocol version, 1.0.0; any other is a 412. */
                "Tus-Resumable"?: components["parameters"]["TusResumable"];
            };
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
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
            /** @description Continue from Upload-Offset. */
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
            /** @description As for all operations, without a body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for all operations, without a body. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for all operations, without a body. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for all operations, without a body: it expired or never existed. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for the last PATCH, without a body: the complete file can't be attached to its recipe. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for the last PATCH, without a body: the complete file can't be attached to its recipe. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for all operations, without a body. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            431: components["responses"]["LongHeaders"];
            /** @description As for all operations, without a body. */
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
                /** @description The protocol version, 1.0.0; any other is a 412. */
                "Tus-Resumable"?: components["parameters"]["TusResumable"];
                /** @description The offset of these bytes, as last returned by the server. */
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
            /** @description The bytes have arrived. */
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
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description The file as stored. */
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
                /** @description The requested bytes, in at most 16 parts. */
                Range?: string;
            };
            path: {
                name: string;
                owner: string;
                sha256: string;
                /** @description `original`, or one of a picture's sizes. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file. */
            200: {
                headers: {
                    ETag: components["headers"]["FileTag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The bytes in Range; several ranges as `multipart/byteranges`. */
            206: {
                headers: {
                    ETag: components["headers"]["FileTag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The caller's copy is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            /**
             * @description The address is forged, altered or expired, its owner is disabled, or a browser would use the file as
             *     part of a page (`Sec-Fetch-Dest`).
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
            /** @description It doesn't match If-Match. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Range contains no byte of the file (`Content-Range` has its size), or has more than 16 parts. */
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
             * @description Too many deliveries of one person's files, concurrently or per second, whoever reads them; otherwise as
             *     for all operations. Pictures on a page should be requested again after `Retry-After` seconds.
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
                /** @description The requested bytes, in at most 16 parts. */
                Range?: string;
            };
            path: {
                name: string;
                owner: string;
                sha256: string;
                /** @description `original`, or one of a picture's sizes. */
                variant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As for GET, without a body. */
            200: {
                headers: {
                    ETag: components["headers"]["FileTag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for GET, without a body. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The caller's copy is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for all operations, without a body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for GET, without a body. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for GET, without a body. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for GET, without a body. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for GET, without a body. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As for GET, without a body. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            431: components["responses"]["LongHeaders"];
            /** @description As for all operations, without a body. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
