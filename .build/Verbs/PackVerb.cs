using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class PackVerb
{
    public static Command Create()
    {
        var release = new Option<bool>("--release")
        {
            Description = "Fail unless the library of every RID is there, as on build machines.",
        };
        var verb = new Command("pack", "Build the packages into artifacts/packages.") { release };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            await TestSuite.BuildHostNativeAsync();
            await Managed.BuildAsync(Managed.ProjectFile("managed", Managed.Tool));
            await Managed.PackAsync(Managed.MustBeComplete || parsed.GetValue(release));
        });
        return verb;
    }
}
