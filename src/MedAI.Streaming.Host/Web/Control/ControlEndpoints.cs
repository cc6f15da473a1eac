// The control plane: patients, their devices and limits, acknowledgement and discharge.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Host.Web.Patients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web.Control;

/// <summary>How people change how patients are watched. All of it may be asked for again and comes to the same.</summary>
/// <param name="control">Makes the changes.</param>
/// <param name="directory">What there is.</param>
internal sealed class ControlEndpoints(PatientControl control, PatientDirectory directory) : IEndpointGroup
{
    private const string Patients = "/v1/patients";
    private const string Patient = Patients + "/{id}";
    private const string Device = Patient + "/devices/{device}";

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        const Scopes Seeing = Scopes.Read | Scopes.Control;
        routes.MapGet(Patients, ListAsync).RequireAnyScope(Seeing);
        routes.MapGet(Patient, ShowAsync).RequireAnyScope(Seeing);
        routes.MapPut(Patient, PutFactsAsync).RequireScope(Scopes.Control);
        routes.MapPut(Device, AssociateAsync).RequireScope(Scopes.Control);
        routes.MapDelete(Device, EndAsync).RequireScope(Scopes.Control);
        routes.MapPut(Patient + "/limits", PutLimitsAsync).RequireScope(Scopes.Control);
        routes.MapPost(Patient + "/acknowledgements", AcknowledgeAsync).RequireScope(Scopes.Control);
        routes.MapPost(Patient + "/discharge", DischargeAsync).RequireScope(Scopes.Control);
    }

    // Those in care, or with ?discharged=true all; with ?ward=W those of a ward.
    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (ward, all) = (query["ward"].ToString(), query["discharged"] == "true");
        var caller = context.Caller();
        var worn = directory.Intervals().Where(device => device.Interval.Until is null).ToLookup(device => device.Interval.Patient);
        var patients = directory.Patients.Where(patient =>
            caller.AllowsWard(patient.Facts.Ward) && (ward.Length == 0 || patient.Facts.Ward == ward) && (all || patient.DischargedAt is null));
        return WebJson.WriteAsync(context, 200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("patients");
            foreach (var patient in patients)
            {
                PatientJson.Write(writer, patient, worn[patient.Id]);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private Task ShowAsync(HttpContext context) => directory.Patient(context.Request.RouteValues["id"] as string ?? "") switch
    {
        null => new Problem(404, "unknown_patient", "This patient is not known here.").WriteAsync(context),
        var patient when !context.Caller().AllowsWard(patient.Facts.Ward) =>
            new Problem(403, "ward_not_allowed", "This key may be used for patients of other wards only.").WriteAsync(context),
        var patient => ShowAsync(context, patient, 200),
    };

    private Task PutFactsAsync(HttpContext context) => ChangeAsync(
        context, request => request.Facts(),
        (_, facts) => control.PutFactsAsync(context.Caller(), facts, context.RequestAborted),
        (_, answer) => ShowAsync(context, answer.Value, answer.IsNew ? 201 : 200));

    private Task AssociateAsync(HttpContext context) => ChangeAsync(
        context, request => request.Association(),
        (request, said) => control.AssociateAsync(
            context.Caller(), request.Patient, request.Device, said.From, said.By, context.RequestAborted),
        (request, answer) => ShowAsync(context, request.Device, answer.Value));

    private Task EndAsync(HttpContext context) => ChangeAsync(
        context, request => request.End(context.Request.Query, $"key {context.Caller().Id}"),
        (request, said) => control.EndAsync(context.Caller(), request.Patient, request.Device, said.Until, said.By, context.RequestAborted),
        (request, answer) => ShowAsync(context, request.Device, answer.Value));

    private Task PutLimitsAsync(HttpContext context) => ChangeAsync(
        context, request => request.Limits(),
        (request, said) => control.PutLimitsAsync(context.Caller(), request.Patient, said.Limits, said.By, context.RequestAborted),
        (_, answer) => ShowAsync(context, answer.Value, 200));

    private Task DischargeAsync(HttpContext context) => ChangeAsync(
        context, request => request.Discharge(),
        (request, said) => control.DischargeAsync(context.Caller(), request.Patient, said.At, said.By, context.RequestAborted),
        (_, answer) => ShowAsync(context, answer.Value, 200));

    // Accepted and not done: if the episode got worse meanwhile, it stays unacknowledged, and the alerts say so.
    private Task AcknowledgeAsync(HttpContext context) => ChangeAsync(
        context, request => request.Acknowledgement(),
        (_, said) => control.AcknowledgeAsync(context.Caller(), said),
        (_, answer) => WebJson.WriteAsync(context, 202, writer => PatientJson.Write(writer, answer.Value)));

    // What all changes have in common: read all of the request, make the change, show what there is now.
    private async Task ChangeAsync<TSaid, TValue>(
        HttpContext context, Func<ControlRequest, TSaid> read, Func<ControlRequest, TSaid, Task<ControlAnswer<TValue>>> change,
        Func<ControlRequest, ControlAnswer<TValue>, Task> show)
        where TValue : class
    {
        var (request, unreadable) = await ControlRequest.ReadAsync(context.Request, control.Now);
        if (unreadable is not null)
        {
            await unreadable.WriteAsync(context);
            return;
        }

        var said = read(request);
        var answer = request.Problem is { } problem ? new(null!, problem) : await change(request, said);
        await (answer.Problem is { } refused ? refused.WriteAsync(context) : show(request, answer));
    }

    // With all devices that the patient ever wore.
    private Task ShowAsync(HttpContext context, PatientEntry patient, int status) => WebJson.WriteAsync(
        context, status, writer => PatientJson.Write(writer, patient, directory.Intervals().Where(device => device.Interval.Patient == patient.Id)));

    private static Task ShowAsync(HttpContext context, string device, WearDecision decision) =>
        WebJson.WriteAsync(context, 200, writer => PatientJson.Write(writer, device, decision));
}
