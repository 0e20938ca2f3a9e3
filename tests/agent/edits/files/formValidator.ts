export type Rule = (value: string) => string | null;

export interface Field {
    name: string;
    label: string;
    rules: Rule[];
}

export interface ValidationResult {
    valid: boolean;
    errors: Map<string, string[]>;
}

export function required(message = "This field is required"): Rule {
    return (value) => {
        if (value.trim() === "") {
            return message;
        }
        return null;
    };
}

export function minLength(limit: number): Rule {
    return (value) => {
        if (value.length < limit) {
            return `At least ${limit} characters, please`;
        }
        return null;
    };
}

export function maxLength(limit: number): Rule {
    return (value) => {
        if (value.length > limit) {
            return `At most ${limit} characters, please`;
        }
        return null;
    };
}

export function pattern(regex: RegExp, message: string): Rule {
    return (value) => {
        if (!regex.test(value)) {
            return message;
        }
        return null;
    };
}

export const email = pattern(/^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i, "Doesn't look like an e-mail address");
export const zipCode = pattern(/^\d{5}$/, "Zip codes have five digits");

export class FormValidator {
    private readonly fields: Field[] = [];

    field(name: string, label: string, ...rules: Rule[]): this {
        this.fields.push({ name, label, rules });
        return this;
    }

    validate(values: Record<string, string>): ValidationResult {
        const errors = new Map<string, string[]>();
        for (const field of this.fields) {
            const value = values[field.name] ?? "";
            const messages: string[] = [];
            for (const rule of field.rules) {
                const message = rule(value);
                if (message !== null) {
                    messages.push(`${field.label}: ${message}`);
                }
            }
            if (messages.length > 0) {
                errors.set(field.name, messages);
            }
        }
        return { valid: errors.size === 0, errors };
    }
}

export function signupForm(): FormValidator {
    return new FormValidator()
        .field("user", "User name", required(), minLength(3), maxLength(20))
        .field("email", "E-mail", required(), email)
        .field("zip", "Zip code", zipCode)
        .field("password", "Password", required(), minLength(10));
}
