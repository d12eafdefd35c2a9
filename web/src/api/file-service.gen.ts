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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        File: {
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
            /** @description Of a picture, made once; the location and the rest of its EXIF are not in them. */
            sizes?: {
                /** @description The longer edge has at most so many pixels. */
                edge: number;
                media_type: string;
                url: string;
            }[];
            /** @description Where its bytes are: signed, and open for a day at least. */
            url: string;
        };
        /** @description RFC 9457 */
        Problem: {
            detail?: string;
            errors?: {
                detail: string;
                field: string;
            }[];
            instance?: string;
            /** Format: int64 */
            limit?: number;
            status: number;
            title: string;
            type: string;
        };
    };
    responses: {
        /** @description What is wrong. 413 and 422 say the limit in `limit`; 503 says in `Retry-After` when to come again. */
        Problem: {
            headers: {
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
    };
    requestBodies: never;
    headers: {
        /** @description `<recipe>@<version>`; a read that sends it back has seen this write. */
        LarderAfter: string;
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
            404: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
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
            404: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
}
