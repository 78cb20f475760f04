from django.urls import path

from accounts.api import auth, invitations, members, users, workspaces

urlpatterns = [
    path("auth/register", auth.RegisterView.as_view()),
    path("auth/login", auth.LoginView.as_view()),
    path("auth/logout", auth.LogoutView.as_view()),
    path("users/me", users.MeView.as_view()),
    path("users", users.UsersView.as_view()),
    path("users/<uuid:user>", users.UserView.as_view()),
    path("workspaces", workspaces.WorkspacesView.as_view()),
    path("workspaces/<uuid:workspace>/members", members.MembersView.as_view()),
    path("workspaces/<uuid:workspace>/members/<uuid:user>", members.MemberView.as_view()),
    path("workspaces/<uuid:workspace>/invitations", invitations.InvitationsView.as_view()),
    path("workspaces/<uuid:workspace>/invitations/<uuid:invitation>", invitations.InvitationView.as_view()),
    path("invitations/<str:code>/accept", invitations.AcceptView.as_view()),
]
