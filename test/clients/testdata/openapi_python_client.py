"""Cooks by the client of openapi-python-client: openapi_python_client.py URL NAME PASSWORD."""

import sys
from uuid import uuid4

from apidocs.api.recipes import get_recipe, put_recipe, search_recipes
from apidocs.api.session import log_in
from apidocs.client import AuthenticatedClient, Client
from apidocs.models import Credentials, IngredientInput, PutRecipeIfNoneMatch, RecipeInput

url, name, password = sys.argv[1:]
session = log_in.sync(client=Client(base_url=url), body=Credentials(username=name, password=password))
with AuthenticatedClient(base_url=url, token=session.token) as cook:
    soup = RecipeInput(name="Leek soup of Python", ingredients=[IngredientInput(text="2 leeks")])
    id = uuid4()
    put = put_recipe.sync(id, client=cook, body=soup, if_none_match=PutRecipeIfNoneMatch.VALUE_0)
    assert put.id == id and put.version == 1, put
    got = get_recipe.sync(id, client=cook)
    assert got == put and got.ingredients[0].quantity == 2, got
    found = search_recipes.sync(client=cook, q="python")
    assert [item.id for item in found.items] == [id], found
