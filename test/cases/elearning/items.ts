/**
 * The items of the learning platform. What stands in a key stands in an attribute too, and has to agree with it. States
 * are held to the values they may have: the table holds placeholders, and a placeholder must not become a row.
 */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(tables, { keys: { pk: "pk", sk: "sk" } }, ({ item, into, each }) => [
  item("TenantOrganization", { pk: "TENANT#{tenant}", sk: "ORG#PROFILE" }, ({ key, attr }) => [
    into("organizations", {
      tenant_id: attr("tenant_id").agreesWith(key.tenant),
      name: attr("organization_name"),
      domain: attr("domain"),
      admin_email: attr("admin_email"),
      subscription_plan: attr("subscription_plan"),
      status: attr("status").oneOf("active", "suspended"),
      max_users: attr("max_users"),
      max_courses: attr("max_courses"),
      created_at: attr("created_at").epochSeconds(),
    }),
  ]),

  item("TenantUser", { pk: "TENANT#{tenant}#USER#{user}", sk: "USER#PROFILE" }, ({ key, attr }) => [
    into("users", {
      tenant_id: attr("tenant_id").agreesWith(key.tenant),
      user_id: attr("user_id").agreesWith(key.user),
      first_name: attr("first_name"),
      last_name: attr("last_name"),
      email: attr("email"),
      department: attr("department"),
      job_title: attr("job_title"),
      role: attr("role"),
      status: attr("status").oneOf("active", "inactive"),
      enrolled_at: attr("enrollment_date").epochSeconds(),
      last_login: attr("last_login").epochSeconds(),
    }),
  ]),

  item("TenantCourse", { pk: "TENANT#{tenant}#COURSE#{course}", sk: "COURSE#DETAILS" }, ({ key, attr }) => {
    const course = {
      tenant_id: attr("tenant_id").agreesWith(key.tenant),
      course_id: attr("course_id").agreesWith(key.course),
    };
    return [
      into("courses", {
        ...course,
        title: attr("title"),
        description: attr("description"),
        category: attr("category"),
        difficulty_level: attr("difficulty_level").oneOf("beginner", "intermediate", "advanced"),
        duration_hours: attr("duration_hours"),
        instructor_id: attr("instructor_id"),
        instructor_name: attr("instructor_name"),
        max_enrollments: attr("max_enrollments"),
        status: attr("status").oneOf("active", "draft", "archived"),
        created_at: attr("created_at").epochSeconds(),
        updated_at: attr("updated_at").epochSeconds(),
      }),
      each(attr("tags"), (tag) => into("course_tags", { ...course, tag })),
      each(attr("prerequisites"), (prerequisite, position) =>
        into("course_prerequisites", { ...course, position, prerequisite }),
      ),
    ];
  }),

  item("TenantLesson", { pk: "TENANT#{tenant}#COURSE#{course}", sk: "LESSON#{order}#{lesson}" }, ({ key, attr }) => [
    into("lessons", {
      tenant_id: attr("tenant_id").agreesWith(key.tenant),
      course_id: attr("course_id").agreesWith(key.course),
      lesson_id: attr("lesson_id").agreesWith(key.lesson),
      lesson_order: attr("lesson_order").agreesWith(key.order),
      title: attr("title"),
      description: attr("description"),
      content_type: attr("content_type").oneOf("video", "text", "quiz"),
      content_url: attr("content_url"),
      duration_minutes: attr("duration_minutes"),
      is_mandatory: attr("is_mandatory"),
      quiz_required: attr("quiz_required"),
      passing_score: attr("passing_score"),
      created_at: attr("created_at").epochSeconds(),
      updated_at: attr("updated_at").epochSeconds(),
    }),
  ]),

  item("TenantEnrollment", { pk: "TENANT#{tenant}#USER#{user}", sk: "ENROLLMENT#{course}#{at}" }, ({ key, attr }) => [
    into("enrollments", {
      tenant_id: attr("tenant_id").agreesWith(key.tenant),
      user_id: attr("user_id").agreesWith(key.user),
      course_id: attr("course_id").agreesWith(key.course),
      enrolled_at: key.at.agreesWith(attr("enrollment_date")).digits().epochSeconds(),
      course_title: attr("course_title"),
      instructor_name: attr("instructor_name"),
      current_lesson: attr("current_lesson"),
      progress_percentage: attr("progress_percentage"),
      status: attr("status").oneOf("active", "completed", "dropped"),
      certificate_issued: attr("certificate_issued"),
      completed_at: attr("completion_date").nullable().epochSeconds(),
      grade: attr("grade").nullable(),
    }),
  ]),

  item(
    "TenantProgress",
    { pk: "TENANT#{tenant}#USER#{user}#COURSE#{course}", sk: "PROGRESS#{lesson}#{at}" },
    ({ key, attr }) => [
      into("progress", {
        tenant_id: attr("tenant_id").agreesWith(key.tenant),
        user_id: attr("user_id").agreesWith(key.user),
        course_id: attr("course_id").agreesWith(key.course),
        lesson_id: attr("lesson_id").agreesWith(key.lesson),
        attempted_at: key.at.agreesWith(attr("attempt_date")).digits().epochSeconds(),
        completion_status: attr("completion_status").oneOf("completed", "in-progress", "not-started"),
        last_accessed: attr("last_accessed").epochSeconds(),
        notes: attr("notes"),
        quiz_passed: attr("quiz_passed"),
        quiz_score: attr("quiz_score"),
        time_spent_minutes: attr("time_spent_minutes"),
      }),
    ],
  ),

  item("TenantCertificate", { pk: "TENANT#{tenant}#USER#{user}", sk: "CERT#{course}#{at}" }, ({ key, attr }) => [
    into("certificates", {
      tenant_id: attr("tenant_id").agreesWith(key.tenant),
      user_id: attr("user_id").agreesWith(key.user),
      course_id: attr("course_id").agreesWith(key.course),
      issued_at: key.at.agreesWith(attr("issued_date")).digits().epochSeconds(),
      certificate_id: attr("certificate_id"),
      certificate_url: attr("certificate_url"),
      completed_at: attr("completion_date").epochSeconds(),
      expires_at: attr("expiry_date").epochSeconds(),
      course_title: attr("course_title"),
      final_grade: attr("final_grade"),
      instructor_name: attr("instructor_name"),
      user_name: attr("user_name"),
      status: attr("status").oneOf("active", "revoked"),
      verification_code: attr("verification_code"),
    }),
  ]),
]);
